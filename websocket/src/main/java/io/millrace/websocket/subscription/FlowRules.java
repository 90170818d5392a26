package io.millrace.websocket.subscription;

/**
 * How much is sent, and when it ends.
 *
 * @param limit number of records after which the subscription ends, Long.MAX_VALUE for none
 * @param untilLatest whether it ends once everything was sent that was there at the start
 * @param slow what happens when the client does not keep up
 * @param maxLag how many records a partition may be behind before that happens
 * @param credit how many records may be sent until there is more credit, {@link #UNLIMITED} when the server decides. Whole batches can take
 *     it below 0
 * @param batch how many records at most stand in one message of a plain WebSocket
 */
public record FlowRules(long limit, boolean untilLatest, SlowPolicy slow, long maxLag, long credit, int batch) {

    /** Credit of a client that gives none. */
    public static final long UNLIMITED = Long.MIN_VALUE;
}
