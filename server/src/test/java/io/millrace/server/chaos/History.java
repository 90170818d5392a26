package io.millrace.server.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What was sent and acknowledged, from outside, and what an observer finds later. Each record carries its producer and a number that
 * grows by one for each record of that producer in that partition. Thread-safe.
 */
final class History {

    private static final int PARTITIONS_MAX = 64;

    /** Acknowledged offsets by (producer, partition) and number; -1 while it is not known whether a record is stored. */
    private final Map<String, List<Long>> acknowledged = new ConcurrentHashMap<>();

    private final AtomicLongArray lastAckNs = new AtomicLongArray(PARTITIONS_MAX);
    private final AtomicLongArray longestGapNs = new AtomicLongArray(PARTITIONS_MAX);
    private final AtomicReferenceArray<String> failures = new AtomicReferenceArray<>(1);
    private final AtomicLong acks = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /** The value of the next record of a producer in a partition. */
    String next(int producer, int partition) {
        List<Long> numbers = acknowledged.computeIfAbsent(key(producer, partition), any -> new ArrayList<>());
        synchronized (numbers) {
            numbers.add(-1L);
            return producer + ":" + partition + ":" + (numbers.size() - 1);
        }
    }

    void acknowledged(String value, long offset, long nowNs) {
        String[] parts = value.split(":");
        int partition = Integer.parseInt(parts[1]);
        List<Long> numbers = acknowledged.get(key(Integer.parseInt(parts[0]), partition));
        synchronized (numbers) {
            numbers.set(Integer.parseInt(parts[2]), offset);
        }
        acks.incrementAndGet();
        long last = lastAckNs.getAndSet(partition, nowNs);
        if (last != 0) {
            longestGapNs.accumulateAndGet(partition, nowNs - last, Math::max);
        }
    }

    /** The producer gave up on a record: it may be stored or not. */
    void failed(Exception cause) {
        failed.incrementAndGet();
        failures.compareAndSet(0, null, cause.toString());
    }

    long acks() {
        return acks.get();
    }

    long failedCount() {
        return failed.get();
    }

    String firstFailure() {
        return failures.get(0);
    }

    /** Whether every partition has been written at least once. */
    boolean isEachAcknowledged(int partitions) {
        return IntStream.range(0, partitions).allMatch(partition -> lastAckNs.get(partition) != 0);
    }

    /** The longest time without an acknowledgement in each partition since the last call, in milliseconds, ascending. */
    long[] takeGapsMs(int partitions, long nowNs) {
        long[] gaps = new long[partitions];
        for (int partition = 0; partition < partitions; partition++) {
            long open = lastAckNs.get(partition) == 0 ? 0 : nowNs - lastAckNs.get(partition);
            gaps[partition] = Math.max(longestGapNs.getAndSet(partition, 0), open) / 1_000_000;
        }
        Arrays.sort(gaps);
        return gaps;
    }

    /** Compares with everything that a reader found in one partition; answers what is wrong, in words. */
    List<String> compare(int partition, List<ConsumerRecord<String, String>> found) {
        List<String> wrong = new ArrayList<>();
        Map<String, Long> offsets = new HashMap<>();
        Map<String, Integer> lastNumber = new HashMap<>();
        long lastOffset = -1;
        for (ConsumerRecord<String, String> record : found) {
            if (record.offset() <= lastOffset) {
                wrong.add("offset " + record.offset() + " after " + lastOffset);
            }
            lastOffset = record.offset();
            if (offsets.putIfAbsent(record.value(), record.offset()) != null) {
                wrong.add("duplicate: " + record.value() + " at " + offsets.get(record.value()) + " and "
                        + record.offset());
            }
            checkOrder(partition, record, lastNumber, wrong);
        }
        acknowledged.forEach((key, numbers) -> {
            if (key.endsWith("/" + partition)) {
                checkAcknowledged(key, partition, numbers, offsets, wrong);
            }
        });
        return wrong;
    }

    private void checkOrder(
            int partition, ConsumerRecord<String, String> record, Map<String, Integer> lastNumber, List<String> wrong) {
        String[] parts = record.value().split(":");
        String key = parts[0] + "/" + parts[1];
        int number = Integer.parseInt(parts[2]);
        List<Long> sent = acknowledged.get(key);
        if (sent == null || number >= sent.size() || Integer.parseInt(parts[1]) != partition) {
            wrong.add("ghost: " + record.value() + " at " + record.offset() + " was never sent here");
        }
        Integer last = lastNumber.put(key, number);
        if (last != null && last > number) {
            wrong.add("reordered: " + record.value() + " at " + record.offset() + " after number " + last);
        }
    }

    private static void checkAcknowledged(
            String key, int partition, List<Long> numbers, Map<String, Long> offsets, List<String> wrong) {
        String producer = key.substring(0, key.indexOf('/'));
        synchronized (numbers) {
            for (int number = 0; number < numbers.size(); number++) {
                long offset = numbers.get(number);
                if (offset < 0) {
                    continue;
                }
                String value = producer + ":" + partition + ":" + number;
                Long at = offsets.get(value);
                if (at == null) {
                    wrong.add("lost: " + value + ", acknowledged at offset " + offset);
                } else if (at != offset) {
                    wrong.add("moved: " + value + ", acknowledged at offset " + offset + ", is at " + at);
                }
            }
        }
    }

    private static String key(int producer, int partition) {
        return producer + "/" + partition;
    }
}
