package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.thread.StorageThreads;
import io.millrace.storage.thread.TurnThread;
import io.millrace.storage.thread.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One single-writer thread and its queue. It takes what is in the queue in one go and writes what it found for the same log
 * together, and makes all of it durable with one {@link GroupCommit}. A log belongs to one shard for its whole life.
 */
public final class LogShard implements Turns, AutoCloseable {

    /** What waits in the queue. */
    sealed interface Task permits AppendTask, ControlTask {
        SegmentedLog log();

        int queuedBytes();

        void fail(Throwable bug);
    }

    /** How much is taken in one go: larger writes gain nothing, and everybody in the group waits for the last. */
    private static final int GROUP_TASKS_MAX = 2048;

    private static final long GROUP_BYTES_MAX = 8 << 20;

    /** About what a write of the journal takes on a fast disk; on a slow one it is nothing beside that. */
    private static final long GATHER_MAX_NANOS = 250_000;

    private static final Logger log = LoggerFactory.getLogger(LogShard.class);

    private final GroupCommit commit;
    private final TurnThread thread;
    private final int queueMax;
    private final long queueBytesMax;
    private final ConcurrentLinkedQueue<Task> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queuedAppends = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final List<LogAppender> touched = new ArrayList<>();

    /** How many appends the shard waits for; 0 when it does not. */
    private volatile int gathering;

    private volatile boolean controlQueued;
    private volatile boolean closed;

    LogShard(int number, int queueMax, long queueBytesMax, GroupCommit commit, StorageThreads threads) {
        this.commit = commit;
        this.queueMax = queueMax;
        this.queueBytesMax = queueBytesMax;
        this.thread = threads.turns("millrace-shard-" + number, this);
    }

    GroupCommit commit() {
        return commit;
    }

    /**
     * Queues an append. Never blocks.
     *
     * @throws LogException.Overloaded when the queue is full, in number or in bytes
     */
    void submit(AppendTask task) {
        // One append is always let in, however large: otherwise it could never be.
        if (queuedAppends.get() >= queueMax
                || queuedBytes.get() > 0 && queuedBytes.get() + task.queuedBytes() > queueBytesMax) {
            throw new LogException.Overloaded("the disk does not keep up: " + queuedAppends.get() + " appends with "
                    + queuedBytes.get() + " bytes wait for it. Nothing was stored, try again later.");
        }
        queuedAppends.incrementAndGet();
        queuedBytes.addAndGet(task.queuedBytes());
        enqueue(task);
    }

    /** Queues a change. Never refused: they come from the node itself and are few. */
    void submit(ControlTask<?> task) {
        controlQueued = true;
        enqueue(task);
    }

    private void enqueue(Task task) {
        queue.add(task);
        int awaited = gathering;
        if (awaited > 0 && hasGathered(awaited)) {
            thread.wake();
        } else {
            thread.wakeIfIdle();
        }
    }

    @Override
    public boolean turn() {
        Task task = queue.poll();
        if (task == null) {
            return false;
        }
        gather();
        controlQueued = false;
        runGroup(task);
        for (LogAppender appender : touched) {
            writePending(appender);
        }
        touched.clear();
        commitGroup();
        return true;
    }

    @Override
    public boolean isIdle() {
        return queue.isEmpty();
    }

    /**
     * Waits, for a moment at most, until as many appends are here as the last turn made durable. Producers with several requests under
     * way send the next ones when the last ones are acknowledged: taken together, they cost one write of the journal instead of
     * several. After a turn with a single append nobody waits.
     */
    private void gather() {
        int expected = Math.min(commit.lastAppends(), GROUP_TASKS_MAX);
        if (queuedAppends.get() >= expected) {
            return;
        }
        long until = System.nanoTime() + GATHER_MAX_NANOS;
        gathering = expected;
        for (long left = GATHER_MAX_NANOS; left > 0 && !hasGathered(expected); left = until - System.nanoTime()) {
            if (!thread.linger(left)) {
                break;
            }
        }
        gathering = 0;
    }

    private boolean hasGathered(int expected) {
        return closed || controlQueued || queuedAppends.get() >= expected;
    }

    private static void writePending(LogAppender appender) {
        try {
            appender.writePending();
        } catch (RuntimeException | Error e) {
            // The log may have half of the group: nothing that follows can be trusted. The other logs go on.
            appender.abandon(e);
        }
    }

    private void commitGroup() {
        try {
            commit.commit();
        } catch (RuntimeException | Error e) {
            log.error("A group of appends could not be made durable in a way that was not expected", e);
            commit.fail(e);
        }
    }

    private void runGroup(Task first) {
        int tasks = 0;
        long bytes = 0;
        for (Task task = first; task != null; task = queue.poll()) {
            try {
                if (task instanceof AppendTask append) {
                    queuedAppends.decrementAndGet();
                    queuedBytes.addAndGet(-append.queuedBytes());
                    bytes += append.queuedBytes();
                    if (append.log().appender().prepare(append)) {
                        touched.add(append.log().appender());
                    }
                } else if (task instanceof ControlTask<?> control) {
                    writePending(control.log().appender());
                    commitGroup();
                    control.run();
                }
            } catch (RuntimeException | Error e) {
                log.error("A task for the log {} failed in a way that was not expected", task.log(), e);
                task.fail(e);
            }
            if (++tasks >= GROUP_TASKS_MAX || bytes >= GROUP_BYTES_MAX) {
                return;
            }
        }
    }

    /** Runs what is queued, then stops. Blocks until the thread has ended. */
    @Override
    public void close() {
        closed = true;
        thread.close();
    }
}
