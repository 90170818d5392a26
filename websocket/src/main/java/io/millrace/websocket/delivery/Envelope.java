package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** What stands around a value: the {@code envelope} parameter. */
public enum Envelope {
    /** The whole record. */
    RECORD,
    /** The value only. */
    VALUE;

    /** Reads the text of {@code envelope}. */
    public static Envelope parse(String text) {
        return switch (text) {
            case "record" -> RECORD;
            case "value" -> VALUE;
            case "cloudevents" ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "envelope: 'cloudevents' is not supported by this version; write record or value");
            default ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST, "envelope: '" + text + "' is not known; write record or value");
        };
    }
}
