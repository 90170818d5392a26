package io.millrace.server.kafka.handler;

import io.vertx.core.Future;
import org.apache.kafka.common.protocol.Errors;

/** What clients are told of a transaction that cannot go on: older ones know only one word for being fenced. */
final class TransactionErrors {

    private TransactionErrors() {}

    /** @param knowsFenced whether the request's version has PRODUCER_FENCED */
    static Errors of(Throwable failure, boolean knowsFenced) {
        Errors error = KafkaErrors.of(failure);
        return error == Errors.PRODUCER_FENCED && !knowsFenced ? Errors.INVALID_PRODUCER_EPOCH : error;
    }

    static <T> Future<T> failed(Throwable failure, boolean knowsFenced) {
        return KafkaErrors.of(failure) == Errors.PRODUCER_FENCED
                ? Future.failedFuture(of(failure, knowsFenced).exception(KafkaErrors.message(failure)))
                : Future.failedFuture(failure);
    }
}
