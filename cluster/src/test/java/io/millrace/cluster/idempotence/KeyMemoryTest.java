package io.millrace.cluster.idempotence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.idempotence.KeyMemory.Known;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyMemoryTest {

    private static final long WINDOW_MS = 8_000;

    @Test
    void randomKeysAreRememberedAsAMapWouldAndForgottenAfterTheWindow() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        KeyMemory memory = new KeyMemory(WINDOW_MS);
        Map<KeyId, Known> model = new HashMap<>();
        List<Long> put = new ArrayList<>();
        long now = 1_000_000;
        for (int step = 0; step < 50_000; step++) {
            now += random.nextInt(3);
            KeyId key = new KeyId(random.nextInt(5), random.nextInt(4_000));
            long at = now;
            Known expected = model.get(key);
            if (expected != null && at - expected.timeMs() >= WINDOW_MS) {
                expected = null;
            }
            assertThat(memory.find(key, now)).as("seed %d step %d", seed, step).isEqualTo(expected);
            if (expected == null) {
                Known known = new Known(random.nextLong(), step, now);
                memory.put(key, known);
                model.put(key, known);
                put.add(now);
            }
            if (step % 100 == 0) {
                memory.expire(now);
                long within = model.values().stream()
                        .filter(each -> at - each.timeMs() < WINDOW_MS)
                        .count();
                long nearly =
                        put.stream().filter(each -> at - each < 2 * WINDOW_MS).count();
                assertThat((long) memory.size()).as("seed %d", seed).isBetween(within, nearly);
            }
        }
    }

    @Test
    void whatIsForgottenForWantOfRoomIsMissedUntilTheWindowHasPassed() {
        KeyMemory memory = new KeyMemory(WINDOW_MS);
        memory.put(new KeyId(1, 1), new Known(1, 1, 10_000));
        memory.put(new KeyId(2, 2), new Known(2, 2, 15_000));
        assertThat(memory.isWhole(15_000)).isTrue();
        memory.forgetOldest();

        assertThat(memory.size()).isEqualTo(1);
        assertThat(memory.find(new KeyId(2, 2), 15_000)).isNotNull();
        assertThat(memory.isWhole(15_000)).isFalse();
        assertThat(memory.isWhole(10_000 + WINDOW_MS)).isTrue();
    }

    @Test
    void aMarkIsReadBackFromItsHeaderAndWhatIsNoMarkIsNot() {
        NewRecord record = new NewRecord(
                5,
                new byte[] {1},
                new byte[] {2},
                List.of(new RecordHeader("fw", "1.9".getBytes(StandardCharsets.UTF_8))));
        IdempotencyMark mark = IdempotencyMark.of("anonymous", "k", 3, record, 1_732_100_000_123L);
        NewRecord marked = mark.on(mark.on(record));

        assertThat(marked.headers()).hasSize(2);
        byte[] header = marked.headers().get(1).value();
        assertThat(IdempotencyMark.parse(header)).isEqualTo(mark);
        assertThat(new String(header, StandardCharsets.US_ASCII))
                .matches("1;1732100000123;[A-Za-z0-9_-]{22};[A-Za-z0-9_-]{11}");
        assertThat(IdempotencyMark.without(marked)).isEqualTo(record);
        for (String other :
                List.of("", "1;2;3;4", "2" + new String(header, StandardCharsets.US_ASCII).substring(1), "x")) {
            assertThat(IdempotencyMark.parse(other.getBytes(StandardCharsets.US_ASCII)))
                    .isNull();
        }
        assertThat(IdempotencyMark.parse(null)).isNull();
        assertThat(IdempotencyMark.parse(new byte[1 << 20])).isNull();
    }

    @Test
    void principalKeyNumberAndEveryPartOfTheRecordTellMarksApart() {
        NewRecord record = new NewRecord(5, new byte[] {1}, new byte[] {2, 3}, List.of());
        IdempotencyMark mark = IdempotencyMark.of("a", "k", 0, record, 1);

        assertThat(IdempotencyMark.of("a", "k", 0, record, 9).key()).isEqualTo(mark.key());
        assertThat(List.of(
                        IdempotencyMark.of("b", "k", 0, record, 1).key(),
                        IdempotencyMark.of("a", "k2", 0, record, 1).key(),
                        IdempotencyMark.of("a", "k", 1, record, 1).key(),
                        IdempotencyMark.of("ak", "", 0, record, 1).key()))
                .doesNotContain(mark.key());
        for (NewRecord other : List.of(
                new NewRecord(6, new byte[] {1}, new byte[] {2, 3}, List.of()),
                new NewRecord(5, null, new byte[] {2, 3}, List.of()),
                new NewRecord(5, new byte[] {1, 2}, new byte[] {3}, List.of()),
                new NewRecord(5, new byte[] {1}, null, List.of()),
                new NewRecord(5, new byte[] {1}, new byte[] {2, 3}, List.of(new RecordHeader("a", null))))) {
            assertThat(IdempotencyMark.of("a", "k", 0, other, 1).bodyHash()).isNotEqualTo(mark.bodyHash());
        }
    }
}
