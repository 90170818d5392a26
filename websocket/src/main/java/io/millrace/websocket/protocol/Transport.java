package io.millrace.websocket.protocol;

/** How a stream reaches its client (gateway protocol §1). What is sent is the same; only the framing differs. */
public enum Transport {
    /** One text message for each record (RFC 6455). */
    WEBSOCKET("websocket"),
    /** One server-sent event for each record (WHATWG HTML §9.2). */
    SSE("sse"),
    /** One line of JSON for each record, in a chunked response. */
    NDJSON("ndjson");

    private final String label;

    Transport(String label) {
        this.label = label;
    }

    /** The name in metrics and logs. */
    public String label() {
        return label;
    }
}
