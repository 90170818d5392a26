package io.millrace.server.kafka.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.io.IOException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KafkaErrorsTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyErrorHasTheNameAndNumberThatKafkaGivesIt(ErrorCode code) {
        assertThat(KafkaErrors.of(code).name()).isEqualTo(code.name());
        assertThat(KafkaErrors.of(code).code()).isEqualTo(code.kafkaCode());
    }

    @ParameterizedTest
    @EnumSource(value = ErrorCode.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everyAnswerKeepsItsCodeAndItsWords(ErrorCode code) {
        MillraceException answer = new MillraceException(code, "words for the user");

        assertThat(Errors.forException(KafkaErrors.exception(answer))).isEqualTo(KafkaErrors.of(code));
        assertThat(KafkaErrors.exception(answer)).hasMessage("words for the user");
    }

    @Test
    void whenTheDiskFails_thenTheErrorIsRetriable() {
        assertThat(KafkaErrors.of(new IOException("/data/secret: broken"))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void whenABugShows_thenItsWordsStayInTheHouse() {
        IllegalStateException bug = new IllegalStateException("password=secret");

        assertThat(KafkaErrors.of(bug)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(KafkaErrors.message(bug)).doesNotContain("secret");
        assertThat(KafkaErrors.isAnswer(bug)).isFalse();
    }

    @Test
    void anErrorOfKafkasLibraryIsAnAnswerToo() {
        assertThat(KafkaErrors.of(new TopicExistsException("there"))).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
        assertThat(KafkaErrors.isAnswer(new TopicExistsException("there"))).isTrue();
    }
}
