package io.millrace.cluster.simulation;

import io.millrace.storage.thread.StorageThreads;
import io.millrace.storage.thread.TurnThread;
import io.millrace.storage.thread.Turns;
import io.millrace.storage.thread.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/** The threads of one process's storage, as events: each thing they do takes a moment, and others come in between. */
public final class SimStorageThreads implements StorageThreads {

    private static final int MOMENT_MAX_MS = 3;

    private final SimProcess process;
    private final List<SimTurns> shards = new ArrayList<>();

    public SimStorageThreads(SimProcess process) {
        this.process = process;
    }

    private long moment() {
        return process.random().nextInt(MOMENT_MAX_MS);
    }

    @Override
    public Worker worker(String name) {
        return new SimWorker();
    }

    @Override
    public TurnThread turns(String name, Turns turns) {
        SimTurns shard = new SimTurns(turns);
        shards.add(shard);
        return shard;
    }

    @Override
    public <T> List<Future<T>> runAll(String name, List<Callable<T>> tasks) {
        List<Future<T>> done = new ArrayList<>();
        for (Callable<T> task : tasks) {
            FutureTask<T> run = new FutureTask<>(task);
            run.run();
            done.add(run);
        }
        return done;
    }

    @Override
    public <T> T await(CompletionStage<T> result) {
        CompletableFuture<T> future = result.toCompletableFuture();
        while (!future.isDone()) {
            boolean any = false;
            for (SimTurns shard : shards) {
                any |= shard.turns.turn();
            }
            if (!any && !future.isDone()) {
                throw new IllegalStateException("what is waited for is not done by any shard");
            }
        }
        return future.join();
    }

    private final class SimWorker implements Worker {
        private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
        private boolean closed;

        @Override
        public void execute(Runnable task) {
            if (closed) {
                throw new RejectedExecutionException("closed");
            }
            queue.add(task);
            if (queue.size() == 1) {
                process.after(moment(), this::runFirst);
            }
        }

        private void runFirst() {
            if (closed) {
                return;
            }
            queue.peek().run();
            queue.remove();
            if (!queue.isEmpty()) {
                process.after(moment(), this::runFirst);
            }
        }

        @Override
        public void every(long intervalMs, Runnable task) {
            process.after(intervalMs, () -> {
                if (!closed) {
                    task.run();
                    every(intervalMs, task);
                }
            });
        }

        @Override
        public void close() {
            while (!queue.isEmpty()) {
                queue.poll().run();
            }
            closed = true;
        }
    }

    private final class SimTurns implements TurnThread {
        private final Turns turns;
        private boolean awake;

        SimTurns(Turns turns) {
            this.turns = turns;
        }

        @Override
        public void wakeIfIdle() {
            if (!awake) {
                awake = true;
                process.after(moment(), this::turn);
            }
        }

        private void turn() {
            awake = false;
            turns.turn();
            if (!turns.isIdle()) {
                wakeIfIdle();
            }
        }

        @Override
        public void wake() {
            wakeIfIdle();
        }

        @Override
        public boolean linger(long nanos) {
            return false;
        }

        @Override
        public void close() {
            while (turns.turn()) {
                // Until nothing is left.
            }
        }
    }
}
