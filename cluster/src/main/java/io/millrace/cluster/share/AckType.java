package io.millrace.cluster.share;

/** What a member says of a record that it has. The numbers are those of the wire. */
public enum AckType {
    /** There is no record at this offset. */
    GAP(0),
    ACCEPT(1),
    /** Another one is to get it. */
    RELEASE(2),
    /** Nobody is to get it any more. */
    REJECT(3),
    /** It is still being worked on (KIP-1222). */
    RENEW(4);

    private final byte id;

    AckType(int id) {
        this.id = (byte) id;
    }

    /** Throws IllegalArgumentException for a number that has no meaning. */
    public static AckType ofId(byte id) {
        for (AckType each : values()) {
            if (each.id == id) {
                return each;
            }
        }
        throw new IllegalArgumentException("no type of acknowledgement has the number " + id);
    }
}
