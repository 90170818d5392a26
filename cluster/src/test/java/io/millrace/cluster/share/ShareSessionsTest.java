package io.millrace.cluster.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ShareSessionsTest {

    private static final TopicPartition FIRST = new TopicPartition(new UUID(1, 1), "t", 0);
    private static final TopicPartition SECOND = new TopicPartition(new UUID(1, 1), "t", 1);

    private final ShareSessions sessions = new ShareSessions(2);

    private ShareSession open(String member) {
        return sessions.fetching("g", member, 0, List.of(FIRST), List.of());
    }

    @Test
    void aRequestNamesOnlyWhatChanges() {
        ShareSession session = open("a");
        assertThat(sessions.fetching("g", "a", 1, List.of(SECOND), List.of())).isSameAs(session);
        assertThat(sessions.partitionsOf(session)).containsExactly(FIRST, SECOND);

        sessions.fetching("g", "a", 2, List.of(), List.of(FIRST));

        assertThat(sessions.partitionsOf(session)).containsExactly(SECOND);
    }

    @Test
    void theLastSessionOfAGroupIsTold() {
        ShareSession first = open("a");
        ShareSession second = open("b");

        assertThat(sessions.close(first)).isFalse();
        assertThat(sessions.close(first)).isFalse();
        assertThat(sessions.close(second)).isTrue();
    }

    @Test
    void aSessionThatWasReplacedDoesNotEndTheNewOne() {
        ShareSession old = open("a");
        ShareSession present = open("a");

        assertThat(sessions.close(old)).isFalse();

        assertThat(sessions.isPresent(present)).isTrue();
        assertThat(sessions.isPresent(old)).isFalse();
        // It counts once.
        open("b");
        assertThatThrownBy(() -> open("c")).isInstanceOf(MillraceException.class);
    }
}
