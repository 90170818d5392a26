package io.millrace.cluster.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {

    @ParameterizedTest
    @EnumSource
    void everyNameAndNumberIsKafkas(ErrorCode code) {
        assertThat(Errors.forCode(code.kafkaCode()).name()).isEqualTo(code.name());
    }

    @ParameterizedTest
    @EnumSource
    void everyErrorSaysWhatEachProtocolAnswers(ErrorCode code) {
        assertThat(code.httpStatus()).isBetween(200, 599);
        assertThat(code.closeCode())
                .matches(close ->
                        Set.of(1000, 1009, 1011, 1013).contains(close) || close / 100 == 44 || close / 100 == 45);
    }

    @ParameterizedTest
    @EnumSource
    void whatKafkaClientsRetryIsRetriableHere(ErrorCode code) {
        boolean kafkaRetries = Errors.forCode(code.kafkaCode()).exception()
                instanceof org.apache.kafka.common.errors.RetriableException;
        Set<ErrorCode> differs = new HashSet<>(Set.of(
                // Retried by Kafka clients only after they refreshed metadata; a plain HTTP client should not try
                // again.
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                ErrorCode.UNKNOWN_TOPIC_ID,
                ErrorCode.INCONSISTENT_TOPIC_ID,
                // Retried by Kafka clients because the network may have damaged the batch; over HTTP we made the batch.
                ErrorCode.CORRUPT_MESSAGE,
                // Not for a blind retry in Kafka either, but the outcome is open.
                ErrorCode.UNKNOWN_SERVER_ERROR));
        if (!differs.contains(code)) {
            assertThat(code.isRetriable()).isEqualTo(kafkaRetries);
        }
    }
}
