package io.millrace.cluster.partition;

import io.vertx.core.Vertx;

/**
 * Where the requests of a node run and wait: on event loops and reader threads, or wherever a simulator says.
 *
 * <p>Thread-safe, never blocks.
 */
public interface RequestThreads extends AutoCloseable {

    /** Event loops of Vert.x, and as many threads for reads. */
    static RequestThreads of(Vertx vertx, int readers) {
        return new VertxRequestThreads(vertx, readers);
    }

    /** Whoever calls now. */
    Caller caller();

    /**
     * Runs a read that may touch a disk.
     *
     * @throws java.util.concurrent.RejectedExecutionException when too many wait, or after {@link #close}
     */
    void read(Runnable read);

    /** Takes no reads any more. */
    @Override
    void close();

    /** The context of one request: everything of it runs there, one thing at a time. */
    interface Caller {

        /** Whether the calling thread is in this context. */
        boolean isHere();

        /** Runs something in this context, soon. */
        void run(Runnable task);

        /** Runs something in this context after at least that long, unless it is cancelled before. */
        Watch runAfter(long delayMs, Runnable task);
    }
}
