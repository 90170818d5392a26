package io.millrace.cluster.replication;

import java.util.concurrent.atomic.LongAdder;

/** What replication did in this process since its start, as follower and as leader; read by whoever shows it. Thread-safe. */
public final class ReplicationStats {

    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder rounds = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder shrinks = new LongAdder();
    private final LongAdder expands = new LongAdder();
    private final LongAdder reigns = new LongAdder();

    void answered(long bytes) {
        rounds.increment();
        receivedBytes.add(bytes);
    }

    void failed() {
        errors.increment();
    }

    public void sent(long bytes) {
        sentBytes.add(bytes);
    }

    /** The in-sync replicas of a partition that is led here were so many, and are so many now. */
    public void inSyncChanged(int before, int after) {
        if (after < before) {
            shrinks.increment();
        } else if (after > before) {
            expands.increment();
        }
    }

    public void reignBegan() {
        reigns.increment();
    }

    /** Record bytes that came from leaders. */
    public long receivedBytes() {
        return receivedBytes.sum();
    }

    /** Record bytes that followers were answered. */
    public long sentBytes() {
        return sentBytes.sum();
    }

    /** Answers of leaders. */
    public long rounds() {
        return rounds.sum();
    }

    /** Requests without an answer, refused ones, and parts of answers that could not be taken. */
    public long errors() {
        return errors.sum();
    }

    public long shrinks() {
        return shrinks.sum();
    }

    public long expands() {
        return expands.sum();
    }

    /** Times that this node began to lead a partition. */
    public long reigns() {
        return reigns.sum();
    }
}
