package io.millrace.websocket.conflation;

import io.millrace.cluster.record.StreamRecord;

/** The newest record of something, and how many older ones it stands for. */
public final class KeptRecord {

    private StreamRecord record;
    private int merged;

    KeptRecord(StreamRecord record) {
        this.record = record;
    }

    public StreamRecord record() {
        return record;
    }

    /** How many older records were left out for it. */
    public int merged() {
        return merged;
    }

    void replaceBy(StreamRecord newer) {
        record = newer;
        merged++;
    }
}
