package io.millrace.compat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What goes into programs that count how often each value came, and what has to come out. */
final class Counting {

    private static final int VALUES = 20;

    private Counting() {}

    /** Values to be sent, the same few again and again. */
    static List<String> values(int from, int count) {
        return IntStream.range(from, from + count).mapToObj(Counting::value).toList();
    }

    private static String value(int i) {
        return "value-" + i % VALUES;
    }

    /** 1, 2, 3, … of each value, when each record is counted once and told once. */
    static Map<String, List<Long>> expected(int records) {
        Map<String, List<Long>> all = new TreeMap<>();
        for (int i = 0; i < records; i++) {
            List<Long> counts = all.computeIfAbsent(value(i), each -> new ArrayList<>());
            counts.add(counts.size() + 1L);
        }
        return all;
    }

    /** The counts of each value that was told, in their order. */
    static Map<String, List<Long>> counts(
            List<ConsumerRecord<byte[], byte[]>> out, ToLongFunction<byte[]> deserializer) {
        Map<String, List<Long>> all = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> each : out) {
            all.computeIfAbsent(new String(each.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
                    .add(deserializer.applyAsLong(each.value()));
        }
        return all;
    }

    static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static long decimals(byte[] bytes) {
        return Long.parseLong(new String(bytes, StandardCharsets.UTF_8));
    }
}
