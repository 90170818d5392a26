package io.millrace.cluster.quorum;

import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.RaftMessageQueue;

/**
 * Does not let the Raft client spin. A node that was started blank and finds no leader asks for no wait at all from its first election
 * timeout on, although it takes no part in elections: that would be a whole core until a leader is there.
 *
 * <p>{@link #poll} on the poll thread, everything else on any.
 */
final class PatientQueue implements RaftMessageQueue {

    /** Looks in a row that found nothing and wanted no wait: some are right, after a change of state. */
    private static final int HASTY_LOOKS_MAX = 10;

    private static final long WAIT_MS = 10;

    private final RaftMessageQueue queue;
    private int hastyLooks;

    PatientQueue(RaftMessageQueue queue) {
        this.queue = queue;
    }

    @Override
    public RaftMessage poll(long timeoutMs) {
        boolean tooHasty = timeoutMs <= 0 && hastyLooks >= HASTY_LOOKS_MAX;
        RaftMessage message = queue.poll(tooHasty ? WAIT_MS : timeoutMs);
        hastyLooks = message == null && timeoutMs <= 0 ? hastyLooks + 1 : 0;
        return message;
    }

    @Override
    public void add(RaftMessage message) {
        queue.add(message);
    }

    @Override
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    public void wakeup() {
        queue.wakeup();
    }
}
