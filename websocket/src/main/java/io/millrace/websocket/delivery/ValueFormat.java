package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** How a record's value is shown in JSON: the {@code format} parameter. */
public enum ValueFormat {
    /** Embedded as it is when it is valid JSON, else in base64. */
    JSON,
    /** A JSON string when it is valid UTF-8, else in base64. */
    TEXT,
    /** Always in base64. */
    BASE64,
    /** Not at all: whole record batches are sent as they are stored. */
    BATCH;

    /** Reads the text of {@code format}. */
    public static ValueFormat parse(String text) {
        return switch (text) {
            case "json" -> JSON;
            case "text" -> TEXT;
            case "base64" -> BASE64;
            case "batch" -> BATCH;
            default ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "format: '" + text + "' is not known; write json, text, base64 or batch");
        };
    }
}
