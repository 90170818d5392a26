package io.millrace.storage.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Recovers many logs beside each other: reading waits for the disk, checksums for the processor. */
final class ParallelRecovery {

    private ParallelRecovery() {}

    /** Runs all; throws the first failure. */
    static List<SegmentedLog> run(List<Callable<SegmentedLog>> recoveries) throws IOException {
        int threads = Math.max(2, Math.min(16, Runtime.getRuntime().availableProcessors() * 2));
        ExecutorService pool = Executors.newFixedThreadPool(
                Math.min(threads, Math.max(1, recoveries.size())), Housekeeper.daemon("millrace-recovery"));
        try {
            List<SegmentedLog> opened = new ArrayList<>();
            for (Future<SegmentedLog> recovery : pool.invokeAll(recoveries)) {
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
        } finally {
            pool.shutdownNow();
        }
    }
}
