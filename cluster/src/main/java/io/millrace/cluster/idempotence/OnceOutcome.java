package io.millrace.cluster.idempotence;

/**
 * What became of a record that had an idempotency key.
 *
 * @param offset where it is; -1 when it is not
 */
public record OnceOutcome(Kind kind, long offset) {

    public enum Kind {
        /** It was stored now. */
        STORED,
        /** It was stored before. */
        REPLAYED,
        /** Another record was sent with the same key; this one was not stored. */
        OTHER_RECORD,
        /** The same record is being stored for another request, which is not answered yet. */
        IN_PROGRESS
    }

    public static OnceOutcome of(Kind kind) {
        return new OnceOutcome(kind, -1);
    }

    public boolean isStored() {
        return kind == Kind.STORED || kind == Kind.REPLAYED;
    }
}
