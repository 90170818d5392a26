package io.millrace.websocket.conflation;

import io.millrace.cluster.record.StreamRecord;

/** The newest record of something, and how many older ones it stands for. */
public final class KeptRecord {

    private StreamRecord record;
    private int merged;
    private boolean left;

    KeptRecord(StreamRecord record, boolean left) {
        this.record = record;
        this.left = left;
    }

    public StreamRecord record() {
        return record;
    }

    /** How many older records were left out for it. */
    public int merged() {
        return merged;
    }

    /** Whether it only says that there is no record of this thing any more. */
    public boolean left() {
        return left;
    }

    void replaceBy(StreamRecord newer, boolean leaves) {
        record = newer;
        merged += left ? 0 : 1;
        left = leaves;
    }
}
