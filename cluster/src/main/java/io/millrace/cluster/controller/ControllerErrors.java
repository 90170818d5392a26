package io.millrace.cluster.controller;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/** From the errors of Kafka's controller to those of our catalogue. */
final class ControllerErrors {

    private static final Map<Short, ErrorCode> BY_KAFKA_CODE = new HashMap<>();

    static {
        for (ErrorCode code : ErrorCode.values()) {
            BY_KAFKA_CODE.put(code.kafkaCode(), code);
        }
    }

    private ControllerErrors() {}

    /** The exception for an error code in an answer. */
    static MillraceException of(Errors error, String message) {
        ErrorCode code = BY_KAFKA_CODE.getOrDefault(error.code(), ErrorCode.UNKNOWN_SERVER_ERROR);
        String text = message != null ? message : error.message();
        return new MillraceException(
                code, code == ErrorCode.UNKNOWN_SERVER_ERROR ? error + ": " + text : text, error.exception(message));
    }

    /** The exception for a failure. */
    static MillraceException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof MillraceException known) {
            return known;
        }
        if (cause instanceof ApiException) {
            return of(Errors.forException(cause), cause.getMessage());
        }
        return new MillraceException(
                ErrorCode.UNKNOWN_SERVER_ERROR, "The controller failed: " + cause + ". Its log says more.", cause);
    }

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
