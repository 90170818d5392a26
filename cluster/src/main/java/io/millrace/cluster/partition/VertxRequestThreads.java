package io.millrace.cluster.partition;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests run on the Vert.x contexts they come on; reads that may touch a disk on {@code millrace-reader-N}. */
final class VertxRequestThreads implements RequestThreads {

    private static final int IDLE_SECONDS = 30;

    private final Vertx vertx;
    private final ThreadPoolExecutor readers;

    VertxRequestThreads(Vertx vertx, int count) {
        this.vertx = vertx;
        AtomicInteger number = new AtomicInteger();
        readers = new ThreadPoolExecutor(
                count,
                count,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(LogReaders.QUEUE_MAX),
                task -> new Thread(task, "millrace-reader-" + number.incrementAndGet()));
        readers.allowCoreThreadTimeOut(true);
    }

    @Override
    public Caller caller() {
        return new ContextCaller(vertx, vertx.getOrCreateContext());
    }

    private record ContextCaller(Vertx vertx, Context context) implements Caller {

        @Override
        public boolean isHere() {
            return Vertx.currentContext() == context;
        }

        @Override
        public void run(Runnable task) {
            context.runOnContext(ignored -> task.run());
        }

        @Override
        public Watch runAfter(long delayMs, Runnable task) {
            long timer = vertx.setTimer(delayMs, id -> run(task));
            return () -> vertx.cancelTimer(timer);
        }
    }

    @Override
    public void read(Runnable read) {
        readers.execute(read);
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}
