package io.millrace.storage.thread;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** Threads of this process; as daemons they keep no process alive. */
final class OwnThreads implements StorageThreads {

    static final OwnThreads INSTANCE = new OwnThreads();

    private OwnThreads() {}

    @Override
    public Worker worker(String name) {
        return new OwnWorker(name);
    }

    @Override
    public TurnThread turns(String name, Turns turns) {
        return new OwnTurnThread(name, turns);
    }

    @Override
    public <T> List<Future<T>> runAll(String name, List<Callable<T>> tasks) throws InterruptedException {
        int most = Math.max(2, Math.min(16, Runtime.getRuntime().availableProcessors() * 2));
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(most, Math.max(1, tasks.size())), daemons(name));
        try {
            return pool.invokeAll(tasks);
        } finally {
            pool.shutdownNow();
        }
    }

    @Override
    public <T> T await(CompletionStage<T> result) {
        return result.toCompletableFuture().join();
    }

    static ThreadFactory daemons(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
