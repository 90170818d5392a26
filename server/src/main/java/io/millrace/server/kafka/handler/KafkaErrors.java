package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.io.IOException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/** Millrace's errors as Kafka's: the codes are the same numbers. */
public final class KafkaErrors {

    private KafkaErrors() {}

    public static Errors of(ErrorCode code) {
        return Errors.forCode(code.kafkaCode());
    }

    /** The error that a failure is answered with. */
    public static Errors of(Throwable failure) {
        if (failure instanceof MillraceException answer) {
            return of(answer.code());
        }
        if (failure instanceof IOException) {
            // Retriable, unlike UNKNOWN_SERVER_ERROR, of which stream applications die.
            return Errors.KAFKA_STORAGE_ERROR;
        }
        return Errors.forException(failure);
    }

    /** The words for a failure that may leave the house: those of answers, not those of bugs. */
    public static String message(Throwable failure) {
        if (failure instanceof MillraceException || failure instanceof ApiException) {
            return failure.getMessage();
        }
        return of(failure).message();
    }

    /** Whether a failure is an answer that somebody meant to give, as opposed to a bug or a broken machine. */
    public static boolean isAnswer(Throwable failure) {
        return failure instanceof MillraceException answer && answer.code() != ErrorCode.UNKNOWN_SERVER_ERROR
                || failure instanceof ApiException;
    }

    /** A failure as an exception that Kafka's request classes make the error answer of their version from. */
    public static ApiException exception(Throwable failure) {
        if (failure instanceof ApiException known) {
            return known;
        }
        return of(failure).exception(message(failure));
    }
}
