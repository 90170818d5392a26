package io.millrace.websocket.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TableIndexTest {

    private final AtomicLong nodeKeys = new AtomicLong();
    private long offset = 10;

    @Test
    void itKnowsTheNewestOffsetOfEachKeyAsAMapDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TableIndex index = new TableIndex(Long.MAX_VALUE, nodeKeys);
        Map<String, Long> model = new HashMap<>();
        for (long offset = 0; offset < 20_000; offset++) {
            String key = "k" + random.nextInt(5_000);
            index.put(bytes(key), offset);
            model.put(key, offset);
        }
        KeyHasher hasher = new KeyHasher();
        assertThat(index.size()).as("seed %d", seed).isEqualTo(model.size());
        assertThat(nodeKeys).hasValue(model.size());
        Set<Integer> places = new HashSet<>();
        model.forEach((key, offset) -> {
            assertThat(index.isNewest(hasher.of(bytes(key)), offset))
                    .as("seed %d", seed)
                    .isTrue();
            assertThat(index.isNewest(hasher.of(bytes(key)), offset - 1)).isFalse();
            places.add(index.place(hasher.of(bytes(key))));
        });
        assertThat(places).hasSameSizeAs(model.keySet());
        assertThat(index.knows(hasher.of(bytes("other")))).isFalse();
    }

    @Test
    void itsKeysCountUntilTheLastHolderReleasesIt() {
        TableIndex index = new TableIndex(9, nodeKeys);
        index.put(bytes("a"), 1);
        index.put(bytes("b"), 2);
        index.retain().release();
        assertThat(nodeKeys).hasValue(2);
        index.release();
        assertThat(nodeKeys).hasValue(0);
    }

    @Test
    void aCopyGoesOnWithoutTheOther() {
        TableIndex index = new TableIndex(2, nodeKeys);
        index.put(bytes("a"), 0);
        TableIndex later = index.copy(9);
        later.put(bytes("a"), 5);
        later.put(bytes("b"), 6);
        KeyHasher hasher = new KeyHasher();
        assertThat(index.isNewest(hasher.of(bytes("a")), 0)).isTrue();
        assertThat(index.size()).isEqualTo(1);
        assertThat(later.isNewest(hasher.of(bytes("a")), 5)).isTrue();
        assertThat(later.end()).isEqualTo(9);
        assertThat(nodeKeys).hasValue(3);
        index.release();
        later.release();
        assertThat(nodeKeys).hasValue(0);
    }

    @Test
    void aKeyLeavesWhenItsNewestRecordStopsPassing() {
        Departures departures = new Departures();
        departures.startAt(0, null);
        assertThat(departures.leavesWith(bytes("a"), offset++, true)).isFalse();
        assertThat(departures.leavesWith(bytes("a"), offset++, false)).isTrue();
        assertThat(departures.leavesWith(bytes("a"), offset++, false)).isFalse();
        assertThat(departures.leavesWith(bytes("a"), offset++, true)).isFalse();
        assertThat(departures.leavesWith(bytes("a"), offset++, false)).isTrue();
    }

    @Test
    void aKeyOfWhichNothingIsKnownLeavesOnce() {
        Departures departures = new Departures();
        departures.startAt(0, null);
        assertThat(departures.leavesWith(bytes("a"), offset++, false)).isTrue();
        assertThat(departures.leavesWith(bytes("a"), offset++, false)).isFalse();
    }

    @Test
    void aKeyThatASnapshotKeptOutDoesNotLeave() {
        TableIndex index = new TableIndex(2, nodeKeys).settle(2);
        index.put(bytes("in"), 0);
        index.put(bytes("out"), 1);
        TableMembership membership = new TableMembership(index);
        membership.keepOut(new KeyHasher().of(bytes("out")));
        Departures departures = new Departures();
        departures.startAt(2, membership);

        assertThat(departures.leavesWith(bytes("in"), offset++, false)).isTrue();
        assertThat(departures.leavesWith(bytes("out"), offset++, false)).isFalse();
        assertThat(departures.leavesWith(bytes("new"), offset++, false)).isFalse();
        assertThat(departures.leavesWith(bytes("out"), offset++, true)).isFalse();
        assertThat(departures.leavesWith(bytes("out"), offset++, false)).isTrue();
    }

    @Test
    void whatCompactionMayHaveTakenWhileTheIndexWasBuiltIsNotKnown() {
        Departures departures = new Departures();
        departures.startAt(2, new TableMembership(new TableIndex(2, nodeKeys).settle(12)));

        assertThat(departures.leavesWith(bytes("a"), 11, false)).isTrue();
        assertThat(departures.leavesWith(bytes("b"), 12, false)).isFalse();
    }

    @Test
    void whoeverJoinsIsToldOfWhatItMayHaveMissed() {
        Departures departures = new Departures();
        departures.startAt(0, null);
        departures.leavesWith(bytes("a"), 1, false);
        departures.leavesWith(bytes("b"), 2, false);
        departures.trust(new Departures.Trust(5, 8));

        assertThat(departures.leavesWith(bytes("a"), 6, false)).isTrue();
        assertThat(departures.leavesWith(bytes("a"), 7, false)).isFalse();
        assertThat(departures.leavesWith(bytes("b"), 8, false)).isFalse();
    }

    @Test
    void whoeverGoesOnElsewhereKnowsNothingOfWhatWasBefore() {
        Departures departures = new Departures();
        departures.startAt(0, null);
        departures.leavesWith(bytes("a"), offset++, false);
        departures.reached(5);
        assertThat(departures.isAt(5)).isTrue();
        departures.startAt(9, null);
        assertThat(departures.leavesWith(bytes("a"), offset++, false)).isTrue();
    }

    @Test
    void withTooManyKeysItForgetsAndTellsOfSomeAgain() {
        Departures departures = new Departures();
        departures.startAt(0, null);
        for (int i = 0; i < Departures.KEYS_MAX; i++) {
            departures.leavesWith(bytes("k" + i), offset++, false);
        }
        assertThat(departures.leavesWith(bytes("k0"), offset++, false)).isFalse();
        assertThat(departures.leavesWith(bytes("one more"), offset++, false)).isTrue();
        assertThat(departures.leavesWith(bytes("k0"), offset++, false)).isTrue();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
