package io.millrace.cluster.transaction;

/** Who a producer is: only the newest epoch of an id may write. */
public record ProducerIdentity(long producerId, short epoch) {

    public static final long NO_ID = -1;
    public static final short NO_EPOCH = -1;

    /** A producer that does not say who it was. */
    public static final ProducerIdentity NONE = new ProducerIdentity(NO_ID, NO_EPOCH);

    /** Whether no further epoch can follow that is still told to a producer; the very last one only ever fences. */
    static boolean isExhausted(short epoch) {
        return epoch >= Short.MAX_VALUE - 1;
    }
}
