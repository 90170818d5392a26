package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** What stands around a value: the {@code envelope} parameter. */
public enum Envelope {
    /** The whole record. */
    RECORD,
    /** The value only. */
    VALUE,
    /** A CloudEvent in JSON (CloudEvents 1.0.2, JSON event format). */
    CLOUDEVENTS;

    /** Reads the text of {@code envelope}. */
    public static Envelope parse(String text) {
        return switch (text) {
            case "record" -> RECORD;
            case "value" -> VALUE;
            case "cloudevents" -> CLOUDEVENTS;
            default ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "envelope: '" + text + "' is not known; write record, value or cloudevents");
        };
    }
}
