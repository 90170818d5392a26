package io.millrace.websocket.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTokenTest {

    private static final UUID TOPIC = new UUID(0x0123456789abcdefL, 0x0fedcba987654321L);
    private static final ResumeToken SMALL =
            token(TOPIC, List.of(new ResumeToken.Position(0, 1043, 4), new ResumeToken.Position(3, 88, 300)));

    @Test
    void aTokenComesBackAsItWas() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<ResumeToken.Position> positions = new ArrayList<>();
            for (int partition = 0; partition < 150; partition += 1 + random.nextInt(5)) {
                positions.add(new ResumeToken.Position(
                        partition, random.nextLong() >>> 1 + random.nextInt(62), random.nextInt() >>> 1));
            }
            ResumeToken token = token(new UUID(random.nextLong(), random.nextLong()), positions);
            assertThat(ResumeToken.parse("resume", token.encode()))
                    .as("seed %d", seed)
                    .isEqualTo(token);
        }
    }

    /** Clients keep tokens over upgrades: version 2 has these bytes for ever. */
    @Test
    void version2HasItsGoldenForm() {
        assertThat(SMALL.encode()).isEqualTo("AgEBI0VniavN7w_ty6mHZUMhry-_pAIBkwgEA1isAmXzqhk");
    }

    @Test
    void version1IsStillRead() {
        ResumeToken old = ResumeToken.parse("resume", "AQEBI0VniavN7w_ty6mHZUMhAgGTCAQDWKwC7H4-EQ");
        assertThat(old.topics())
                .containsExactly(new ResumeToken.TopicPositions(
                        TOPIC, ResumeToken.NAME_UNKNOWN, SMALL.topics().get(0).partitions()));
    }

    @Test
    void manyTopicsFitOrAreSaidNotTo() {
        List<ResumeToken.TopicPositions> topics = new ArrayList<>();
        while (ResumeToken.fits(topics.size() + 1, topics.size() + 1)) {
            topics.add(new ResumeToken.TopicPositions(
                    UUID.randomUUID(),
                    -1,
                    List.of(new ResumeToken.Position(99_999, Long.MAX_VALUE, Integer.MAX_VALUE))));
        }
        assertThat(topics).hasSizeGreaterThan(70);
        assertThat(new ResumeToken(topics).encode()).hasSizeLessThanOrEqualTo(ResumeToken.CHARS_MAX);
    }

    @Test
    void theLargestTokenFitsIntoAHeader() {
        List<ResumeToken.Position> positions = new ArrayList<>();
        for (int partition = 0; partition < ResumeToken.PARTITIONS_MAX; partition++) {
            positions.add(new ResumeToken.Position(partition * 100, Long.MAX_VALUE, Integer.MAX_VALUE));
        }
        String text = token(TOPIC, positions).encode();
        assertThat(text).hasSizeLessThanOrEqualTo(ResumeToken.CHARS_MAX).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void aTokenWithAnyCharacterChangedOrCutIsAnErrorAndNeverAnotherPosition() {
        String text = SMALL.encode();
        for (int at = 0; at < text.length(); at++) {
            char other = text.charAt(at) == 'A' ? 'B' : 'A';
            assertDamaged(text.substring(0, at) + other + text.substring(at + 1));
            assertDamaged(text.substring(0, at));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "AAAAAAAA", "not a token", "AbC…", "AQEB", "%%%"})
    void whatIsNoTokenIsAnError(String text) {
        assertDamaged(text);
    }

    @Test
    void aTokenThatIsTooLongIsAnError() {
        assertDamaged("A".repeat(ResumeToken.CHARS_MAX + 1));
    }

    private static void assertDamaged(String text) {
        assertThatThrownBy(() -> ResumeToken.parse("resume", text))
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageStartingWith("resume: ");
    }

    private static ResumeToken token(UUID topic, List<ResumeToken.Position> positions) {
        return new ResumeToken(
                List.of(new ResumeToken.TopicPositions(topic, ResumeToken.nameHash("readings"), positions)));
    }
}
