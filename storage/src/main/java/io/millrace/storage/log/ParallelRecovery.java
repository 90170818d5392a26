package io.millrace.storage.log;

import io.millrace.storage.thread.StorageThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Recovers many logs beside each other: reading waits for the disk, checksums for the processor. */
final class ParallelRecovery {

    private ParallelRecovery() {}

    /** Runs all; throws the first failure. */
    static List<SegmentedLog> run(StorageThreads threads, List<Callable<SegmentedLog>> recoveries) throws IOException {
        try {
            List<SegmentedLog> opened = new ArrayList<>();
            for (Future<SegmentedLog> recovery : threads.runAll("millrace-recovery", recoveries)) {
                opened.add(recovery.get());
            }
            return opened;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException("recovery of a log failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the logs were recovered", e);
        }
    }
}
