package io.millrace.storage.crash.disk;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Decides what becomes of each change of the disk. Called with the disk locked. */
@FunctionalInterface
public interface Faults {

    /** What becomes of an operation. */
    enum Outcome {
        /** It is done. */
        DONE,
        /** It fails with EIO. A write may have happened in part; a force gives the pages up. */
        IO_ERROR,
        /** It fails with ENOSPC; half of a write happened. */
        NO_SPACE,
        /** It claims to be done: a force does nothing, a durable write only reaches the cache. */
        ONLY_CLAIMED
    }

    Outcome of(DiskOperation operation);

    Faults NONE = operation -> Outcome.DONE;

    /** The n-th (from 1) matching operation ends like this, and only that one. */
    static Faults nth(int n, Predicate<DiskOperation> matching, Outcome outcome) {
        AtomicInteger seen = new AtomicInteger();
        return operation -> matching.test(operation) && seen.incrementAndGet() == n ? outcome : Outcome.DONE;
    }

    /** All matching operations end like this. */
    static Faults all(Predicate<DiskOperation> matching, Outcome outcome) {
        return operation -> matching.test(operation) ? outcome : Outcome.DONE;
    }
}
