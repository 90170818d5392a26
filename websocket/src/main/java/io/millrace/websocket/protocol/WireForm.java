package io.millrace.websocket.protocol;

/** In which form the records of a subscription are written; followers of one form can share bytes. */
public enum WireForm {
    /** A WebSocket on which every text message is one record. */
    PLAIN(Transport.WEBSOCKET),
    /** A WebSocket on which every text message is an array of records ({@code batch}). */
    ARRAYS(Transport.WEBSOCKET),
    /** Subprotocol {@code millrace.v1.json}: text messages with a type (gateway protocol §4). */
    MESSAGES(Transport.WEBSOCKET),
    /** Subprotocol {@code millrace.v1.bin}: binary messages with records, text messages for the rest (§5). */
    BINARY(Transport.WEBSOCKET),
    /** The same subprotocol, with whole record batches as they are stored ({@code format=batch}). */
    BATCHES(Transport.WEBSOCKET),
    /** A server-sent event for each record. */
    SSE(Transport.SSE),
    /** A line for each record. */
    NDJSON(Transport.NDJSON);

    private final Transport transport;

    WireForm(Transport transport) {
        this.transport = transport;
    }

    public Transport transport() {
        return transport;
    }

    /** Whether client and server talk in messages with a {@code type}, about subscriptions with numbers. */
    public boolean isSubprotocol() {
        return this == MESSAGES || this == BINARY || this == BATCHES;
    }

    /** The subprotocol of this form; throws IllegalStateException where there is none. */
    public Subprotocol subprotocol() {
        return switch (this) {
            case MESSAGES -> Subprotocol.JSON;
            case BINARY, BATCHES -> Subprotocol.BINARY;
            default -> throw new IllegalStateException(this + " is no subprotocol");
        };
    }

    /** Whether a record must not contain a line break. */
    public boolean isLineBased() {
        return this == SSE || this == NDJSON;
    }
}
