package io.millrace.cluster.coordinator;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Promise;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/** Our errors in the library's words and back: the numbers are the same. */
final class LibraryErrors {

    private LibraryErrors() {}

    /** What the library is told of a failure of the log. */
    static ApiException toKafka(Throwable failure) {
        return failure instanceof MillraceException ours
                ? Errors.forCode(ours.code().kafkaCode()).exception(ours.getMessage())
                : Errors.UNKNOWN_SERVER_ERROR.exception(failure.toString());
    }

    /** Asks the library, and completes with what it answers, or fails with what callers are told. */
    static <T> void complete(Promise<T> promise, Supplier<CompletableFuture<T>> question) {
        try {
            question.get().whenComplete((answer, failure) -> {
                if (failure == null) {
                    promise.complete(answer);
                } else {
                    promise.fail(ofKafka(failure));
                }
            });
        } catch (RuntimeException e) {
            promise.fail(ofKafka(e));
        }
    }

    /** What callers are told of a failure of the library; one that we have no word for stays as it is. */
    static Throwable ofKafka(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ApiException) {
            ErrorCode code = ErrorCode.ofKafkaCode(Errors.forException(cause).code());
            return code == ErrorCode.UNKNOWN_SERVER_ERROR
                    ? cause
                    : new MillraceException(code, cause.getMessage(), cause);
        }
        return cause;
    }
}
