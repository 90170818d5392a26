package io.millrace.websocket.conflation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflaterTest {

    private final AtomicLong nodeBytes = new AtomicLong();

    @Test
    void ofEachKeyTheNewestIsKeptInTheOrderOfOffsets() {
        Conflater conflater = conflater("key");
        conflater.add(record(3, "a", "1"));
        conflater.add(record(4, "b", "2"));
        conflater.add(record(7, "a", "3"));
        conflater.add(record(9, "c", "4"));

        assertThat(shown(conflater)).containsExactly("4 b=2 +0", "7 a=3 +1", "9 c=4 +0");
    }

    @Test
    void aTombstoneIsARecordLikeOthers() {
        Conflater conflater = conflater("key");
        conflater.add(record(0, "a", "1"));
        conflater.add(record(1, "a", null));

        assertThat(shown(conflater)).containsExactly("1 a=null +1");
    }

    @Test
    void recordsWithoutAKeyAreAllKept() {
        Conflater conflater = conflater("key");
        conflater.add(record(0, null, "1"));
        conflater.add(record(1, null, "1"));

        assertThat(shown(conflater)).containsExactly("0 null=1 +0", "1 null=1 +0");
    }

    @Test
    void aPathTellsRecordsApartByWhatIsThere() {
        Conflater conflater = conflater("value.site.device");
        conflater.add(record(0, "x", "{\"site\":{\"device\":\"1\"},\"t\":1}"));
        conflater.add(record(1, null, "{\"t\":2,\"site\":{\"n\":[{\"device\":7}],\"device\":1}}"));
        conflater.add(record(2, "y", " {\"site\" : {\"device\": \"1\"}, \"t\":3}"));
        conflater.add(record(3, "x", "{\"site\":{\"device\":1}}"));
        conflater.add(record(4, "x", "{\"site\":{\"device\":true}}"));

        assertThat(conflater.kept().stream().map(kept -> kept.record().offset() + " +" + kept.merged()))
                .containsExactly("2 +1", "3 +1", "4 +0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"device\":null}", "{\"device\":{}}", "{\"device\":[1]}", "[1]", "7", "{\"dev", "", "no"
            })
    void whatHasNothingAtThePathIsKept(String value) {
        Conflater conflater = conflater("value.device");
        conflater.add(record(0, "a", value));
        conflater.add(record(1, "a", value));
        conflater.add(record(2, "a", null));

        assertThat(conflater.kept()).hasSize(3);
    }

    @Test
    void whatWasSentIsForgottenAndTheRestKeepsItsCounts() {
        Conflater conflater = conflater("key");
        conflater.add(record(0, "b", "1"));
        conflater.add(record(1, "a", "1"));
        conflater.add(record(2, "b", "2"));
        conflater.forgetBelow(2);

        assertThat(shown(conflater)).containsExactly("2 b=2 +1");
        conflater.clear();
        assertThat(nodeBytes).hasValue(0);
    }

    @Test
    void itIsFullAtItsKeysOrItsBytesAndWhenTheNodeIsOverItsShare() {
        Conflater keys = new Conflater(ConflateBy.KEY, new ConflationBudget(2, 1 << 20, 1, 1 << 20, nodeBytes));
        keys.add(record(0, "a", "1"));
        keys.add(record(1, "a", "1"));
        assertThat(keys.isFull()).isFalse();
        keys.add(record(2, "b", "1"));
        assertThat(keys.isFull()).isTrue();

        Conflater bytes = new Conflater(ConflateBy.KEY, new ConflationBudget(9, 10_000, 1, 1 << 20, nodeBytes));
        bytes.add(record(0, "a", "x".repeat(9_000)));
        bytes.add(record(1, "a", "1"));
        assertThat(bytes.isFull()).isFalse();
        bytes.add(record(2, "b", "x".repeat(10_000)));
        assertThat(bytes.isFull()).isTrue();

        Conflater node = new Conflater(ConflateBy.KEY, new ConflationBudget(9, 1 << 20, 1_000, 5_000, nodeBytes));
        node.add(record(0, "a", "1"));
        assertThat(node.isFull()).as("its share is its own").isFalse();
        node.add(record(1, "b", "x".repeat(1_000)));
        assertThat(node.isFull()).isTrue();
    }

    @Test
    void whateverComesWhatIsKeptIsWhatAMapKeepsAndNothingIsCountedTwice() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Conflater conflater = conflater("key");
            TreeMap<Long, String> expected = new TreeMap<>();
            Map<String, long[]> newest = new HashMap<>();
            int records = random.nextInt(300);
            long offset = 0;
            for (int i = 0; i < records; i++) {
                offset += 1 + random.nextInt(3);
                String key = random.nextInt(10) == 0 ? null : "k" + random.nextInt(1 + random.nextInt(40));
                String value = random.nextInt(5) == 0 ? null : Integer.toString(i);
                conflater.add(record(offset, key, value));
                long[] older = key == null ? null : newest.put(key, new long[] {offset, 0});
                long merged = 0;
                if (older != null) {
                    expected.remove(older[0]);
                    merged = older[1] + 1;
                    newest.get(key)[1] = merged;
                }
                expected.put(offset, offset + " " + key + "=" + value + " +" + merged);
            }
            assertThat(shown(conflater)).as("seed %d", seed).containsExactlyElementsOf(expected.values());
            assertThat(conflater.kept().stream()
                            .mapToInt(kept -> 1 + kept.merged())
                            .sum())
                    .isEqualTo(records);
            conflater.clear();
            assertThat(nodeBytes).as("seed %d", seed).hasValue(0);
        }
    }

    @Test
    void wrongTextsAreRefusedByTheNameOfTheParameter() {
        for (String by : List.of("", "value", "value.", "value.a..b", "headers.x", "key.a")) {
            assertThatThrownBy(() -> Conflation.parse("250ms", by))
                    .isInstanceOf(MillraceException.class)
                    .hasMessageStartingWith("conflate_by: ");
        }
        for (String interval : List.of("", "250", "9ms", "61m", "-1s")) {
            assertThatThrownBy(() -> Conflation.parse(interval, null))
                    .isInstanceOf(MillraceException.class)
                    .hasMessageStartingWith("conflate: ");
        }
        assertThatThrownBy(() -> Conflation.parse(null, "key")).hasMessageStartingWith("conflate_by: ");
        assertThat(Conflation.parse(null, null)).isNull();
    }

    private Conflater conflater(String by) {
        return new Conflater(
                Conflation.parse("1s", by).by(), new ConflationBudget(10_000, 1 << 20, 1 << 20, 1 << 20, nodeBytes));
    }

    private static List<String> shown(Conflater conflater) {
        List<String> shown = new ArrayList<>();
        for (KeptRecord kept : conflater.kept()) {
            StreamRecord record = kept.record();
            shown.add(record.offset() + " " + text(record.key()) + "=" + text(record.value()) + " +" + kept.merged());
        }
        return shown;
    }

    private static StreamRecord record(long offset, String key, String value) {
        return new StreamRecord(offset, 0, bytes(key), bytes(value), List.of());
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }
}
