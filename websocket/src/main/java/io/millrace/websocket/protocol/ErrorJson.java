package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.concurrent.CompletionException;

/** The JSON form of an error, the same in HTTP bodies (gateway protocol §8) and control messages (§4.2). */
public final class ErrorJson {

    private ErrorJson() {}

    /** The body of an HTTP answer that is an error. */
    public static String httpBody(ErrorCode code, String message) {
        return "{\"error_code\":" + code.kafkaCode() + members(code, message);
    }

    /** The answer that stands for any failure: what is not an answer already is a bug, and its text is not for strangers. */
    public static MillraceException asAnswer(Throwable failure) {
        if (failure instanceof MillraceException answer) {
            return answer;
        }
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return asAnswer(failure.getCause());
        }
        return new MillraceException(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                "the server failed in a way it does not expect; its log says why. Trying again may help",
                failure);
    }

    /** Text as a JSON string, quotes included. */
    public static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static String members(ErrorCode code, String message) {
        return ",\"error\":\"" + code.name() + "\",\"message\":" + quote(message) + ",\"retriable\":"
                + code.isRetriable() + "}";
    }
}
