package io.millrace.server.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.millrace.cluster.error.ErrorCode;
import io.vertx.core.buffer.Buffer;

/** The JSON shape of an error (gateway protocol §8): {@code {"error_code":N,"error":"NAME","message":"…","retriable":bool}}. */
public final class ProblemJson {

    private ProblemJson() {}

    /** Appends one error object. */
    public static void append(StringBuilder json, ErrorCode code, String message) {
        json.append("{\"error_code\":")
                .append(code.kafkaCode())
                .append(",\"error\":\"")
                .append(code.name())
                .append("\",\"message\":");
        appendString(json, message);
        json.append(",\"retriable\":").append(code.isRetriable()).append('}');
    }

    /** Appends a quoted JSON string, or {@code null}. */
    public static void appendString(StringBuilder json, String text) {
        if (text == null) {
            json.append("null");
            return;
        }
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }

    static Buffer body(ErrorCode code, String message) {
        StringBuilder json = new StringBuilder(160);
        append(json, code, message);
        return Buffer.buffer(json.toString());
    }
}
