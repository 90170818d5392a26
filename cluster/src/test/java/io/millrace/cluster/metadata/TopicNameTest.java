package io.millrace.cluster.metadata;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.MillraceException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"readings", "a", "plant-1.line_2", "..."})
    void whatKafkaAcceptsIsAccepted(String name) {
        assertThatCode(() -> Topic.validate(name)).doesNotThrowAnyException();
        assertThatCode(() -> TopicName.validate(name)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "größe", "a\0", "../etc"})
    void whatKafkaRefusesIsRefused(String name) {
        assertThatThrownBy(() -> Topic.validate(name)).isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> TopicName.validate(name)).isInstanceOf(MillraceException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1000})
    void namesThatAreTooLongForAFileSystemAreRefused(int length) {
        assertThatThrownBy(() -> TopicName.validate("x".repeat(length))).hasMessageContaining("at most 249");
    }
}
