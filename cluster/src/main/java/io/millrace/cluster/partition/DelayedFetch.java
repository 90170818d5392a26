package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fetch that may wait: it reads, and if there is not enough it parks until something moves or its time is up, and reads again.
 *
 * <p>Runs in the caller's context; only reads that may touch a disk leave it.
 */
final class DelayedFetch<T> {

    /** What is read. */
    interface Reading<T> {

        /** Whether {@link #read} would be answered from memory, or with nothing, and so may run on an event loop. */
        boolean isImmediate();

        T read();

        /** The answer when a read ended with something unexpected. */
        T failed(Throwable failure);

        boolean isEnough(T result);

        /** Lets a result go that is not enough. */
        void discard(T result);

        /** Has the listener called whenever there may be more. */
        void watch(Runnable moved, List<Watch> watches);
    }

    private final LogReaders readers;
    private final RequestThreads.Caller caller;
    private final int maxWaitMs;
    private final Reading<T> reading;
    private final Promise<T> answer = CallerContext.promise();
    private final List<Watch> watches = new ArrayList<>();
    private final AtomicBoolean wakeUpPending = new AtomicBoolean();
    private boolean busy;
    private boolean wokenWhileBusy;
    private boolean lastTry;
    private boolean done;
    private Watch timer;

    DelayedFetch(RequestThreads threads, LogReaders readers, int maxWaitMs, Reading<T> reading) {
        this.readers = readers;
        this.caller = threads.caller();
        this.maxWaitMs = maxWaitMs;
        this.reading = reading;
        this.lastTry = maxWaitMs <= 0;
    }

    Future<T> start() {
        if (caller.isHere()) {
            attempt();
        } else {
            caller.run(this::attempt);
        }
        return answer.future();
    }

    private void attempt() {
        busy = true;
        boolean isImmediate;
        T result = null;
        try {
            isImmediate = reading.isImmediate();
            if (isImmediate) {
                result = reading.read();
            }
        } catch (RuntimeException e) {
            // Whatever went wrong, somebody waits for an answer.
            isImmediate = true;
            result = reading.failed(e);
        }
        if (isImmediate) {
            attempted(result);
        } else {
            readers.submit(reading::read)
                    .onSuccess(read -> caller.run(() -> attempted(read)))
                    .onFailure(failure -> caller.run(() -> attempted(reading.failed(failure))));
        }
    }

    private void attempted(T result) {
        busy = false;
        if (lastTry || reading.isEnough(result)) {
            finish(result);
            return;
        }
        reading.discard(result);
        if (timer == null) {
            park();
        }
        if (wokenWhileBusy) {
            wokenWhileBusy = false;
            attempt();
        }
    }

    private void park() {
        timer = caller.runAfter(maxWaitMs, () -> {
            lastTry = true;
            wake();
        });
        reading.watch(this::moved, watches);
    }

    /** On a thread of the storage. Many movements in a row make one wake-up. */
    private void moved() {
        if (wakeUpPending.compareAndSet(false, true)) {
            caller.run(() -> {
                wakeUpPending.set(false);
                wake();
            });
        }
    }

    private void wake() {
        if (done) {
            return;
        }
        if (busy) {
            wokenWhileBusy = true;
        } else {
            attempt();
        }
    }

    private void finish(T result) {
        done = true;
        watches.forEach(Watch::cancel);
        if (timer != null) {
            timer.cancel();
        }
        answer.complete(result);
    }
}
