package io.millrace.cluster.share;

/** What has become of a record that a share group may be given (KIP-932). The numbers are those of its stored state. */
public enum DeliveryState {
    /** Nobody has it; the next one who fetches gets it. */
    AVAILABLE(0),
    /** A member has it for itself, for a while. Never stored: a new leader gives it again. */
    ACQUIRED(1),
    /** A member has done what was to be done. */
    ACKNOWLEDGED(2),
    /** It is not delivered any more: it was rejected, delivered too often, or there is no such record. */
    ARCHIVED(4);

    private final byte id;

    DeliveryState(int id) {
        this.id = (byte) id;
    }

    public byte id() {
        return id;
    }

    /** Throws IllegalArgumentException for a number that has no state. */
    public static DeliveryState ofId(byte id) {
        for (DeliveryState each : values()) {
            if (each.id == id) {
                return each;
            }
        }
        throw new IllegalArgumentException("no delivery state has the number " + id);
    }

    boolean isFinal() {
        return this == ACKNOWLEDGED || this == ARCHIVED;
    }
}
