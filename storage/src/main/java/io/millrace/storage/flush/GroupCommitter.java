package io.millrace.storage.flush;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flusher threads. A log that was written to is queued once; while one flush of it runs, appends go on, and all of them
 * share the next one. Nothing waits for a timer: a lone append is forced at once, under load the fsync itself is the time in
 * which a group gathers.
 */
public final class GroupCommitter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupCommitter.class);

    /** Bounded by the number of logs: each is in it once at most. */
    private final LinkedBlockingQueue<Flushable> dirty = new LinkedBlockingQueue<>();

    private final List<Thread> flushers = new ArrayList<>();
    private volatile boolean closed;

    public GroupCommitter(int threads) {
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(this::run, "millrace-flusher-" + i);
            thread.setDaemon(true);
            flushers.add(thread);
            thread.start();
        }
    }

    /** Notes that a log was written to. Never blocks; shard threads. */
    public void written(Flushable target) {
        if (target.flushTicket().written()) {
            dirty.add(target);
        }
    }

    private void run() {
        while (!closed) {
            Flushable target;
            try {
                target = dirty.take();
            } catch (InterruptedException e) {
                // Only close() interrupts, and sets the flag before; files are not in use here.
                continue;
            }
            target.flushTicket().begin();
            try {
                target.flush();
            } catch (RuntimeException | Error e) {
                log.error("A flush failed in a way that was not expected", e);
            }
            if (target.flushTicket().end()) {
                dirty.add(target);
            }
        }
    }

    /** Stops the threads when what they are doing is done. What is queued is not forced: that is for the owner of the logs. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : flushers) {
            dirty.add(new Stop());
        }
        for (Thread thread : flushers) {
            join(thread);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wakes a flusher that waits. */
    private static final class Stop implements Flushable {
        private final FlushTicket ticket = new FlushTicket();

        @Override
        public void flush() {}

        @Override
        public FlushTicket flushTicket() {
            return ticket;
        }
    }
}
