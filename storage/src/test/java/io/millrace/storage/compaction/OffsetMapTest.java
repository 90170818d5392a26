package io.millrace.storage.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffsetMapTest {

    @Test
    void knowsTheNewestOffsetOfEachKey() {
        Random random = new Random(42);
        OffsetMap map = OffsetMap.forKeys(5_000, 1 << 20);
        Map<String, Long> model = new HashMap<>();
        for (long offset = 0; offset < 20_000; offset++) {
            String key = "key-" + random.nextInt(5_000);
            assertThat(map.put(key(key), offset)).isTrue();
            model.put(key, offset);
        }
        assertThat(map.size()).isEqualTo(model.size());
        model.forEach((key, offset) -> assertThat(map.get(key(key))).isEqualTo(offset));
        assertThat(map.get(key("another"))).isEqualTo(-1);
    }

    @Test
    void isFullAtItsMemoryAndStillTakesKeysThatItKnows() {
        OffsetMap map = OffsetMap.forKeys(1_000_000, 100 * OffsetMap.SLOT_BYTES);
        long offset = 0;
        while (map.put(key("key-" + offset), offset)) {
            offset++;
        }
        assertThat(map.size()).isEqualTo(75);
        assertThat(map.get(key("key-" + offset))).isEqualTo(-1);
        assertThat(map.put(key("key-3"), 1_000)).isTrue();
        assertThat(map.get(key("key-3"))).isEqualTo(1_000);
    }

    @Test
    void leavesTheKeyAsItIs() {
        ByteBuffer key = key("abc").position(1);
        OffsetMap map = OffsetMap.forKeys(1, 1024);
        map.put(key, 7);
        assertThat(key.position()).isEqualTo(1);
        assertThat(map.get(key("bc"))).isEqualTo(7);
    }

    private static ByteBuffer key(String key) {
        return ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
    }
}
