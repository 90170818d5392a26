package io.millrace.websocket;

import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.Transport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what the gateway counts. */
public final class CountingMetrics implements GatewayMetrics {

    public final AtomicLong opened = new AtomicLong();
    public final List<Integer> closeCodes = new CopyOnWriteArrayList<>();
    public final AtomicLong records = new AtomicLong();
    public final AtomicLong bytes = new AtomicLong();
    public final AtomicLong encoded = new AtomicLong();
    public final AtomicLong shared = new AtomicLong();
    public final AtomicLong stalled = new AtomicLong();
    public final AtomicLong quotaPauses = new AtomicLong();
    public final AtomicLong latencies = new AtomicLong();
    public final AtomicLong filterFailures = new AtomicLong();
    public final AtomicLong subscriptions = new AtomicLong();
    public final AtomicLong refusedSubscriptions = new AtomicLong();
    public final Map<String, Long> lastLag = new ConcurrentHashMap<>();
    private final Map<String, Long> recordsByTopic = new ConcurrentHashMap<>();
    private final Map<String, Long> bytesByTopic = new ConcurrentHashMap<>();
    public final AtomicLong authFailures = new AtomicLong();
    public final AtomicLong conflated = new AtomicLong();
    public final List<Gap.Reason> gaps = new CopyOnWriteArrayList<>();

    @Override
    public void streamOpened(Transport transport) {
        opened.incrementAndGet();
    }

    @Override
    public void streamClosed(Transport transport, int closeCode) {
        closeCodes.add(closeCode);
    }

    @Override
    public void sent(String topic, long moreRecords, long moreBytes) {
        records.addAndGet(moreRecords);
        bytes.addAndGet(moreBytes);
        bytesByTopic.merge(topic, moreBytes, Long::sum);
        recordsByTopic.merge(topic, moreRecords, Long::sum);
    }

    /** Records of one topic that were sent. */
    public long recordsOf(String topic) {
        return recordsByTopic.getOrDefault(topic, 0L);
    }

    /** The bytes of these records, and of no others, once they are as many as were sent. */
    public long bytesOf(String topic) {
        return bytesByTopic.getOrDefault(topic, 0L);
    }

    @Override
    public void frameEncoded(String topic) {
        encoded.incrementAndGet();
    }

    @Override
    public void frameShared(String topic, long followers) {
        shared.addAndGet(followers);
    }

    @Override
    public void quotaPaused() {
        quotaPauses.incrementAndGet();
    }

    @Override
    public void deliveryLatency(long nanos) {
        latencies.incrementAndGet();
    }

    @Override
    public void gap(Gap.Reason reason) {
        gaps.add(reason);
    }

    @Override
    public void subscriptionBegan(String view) {
        subscriptions.incrementAndGet();
    }

    @Override
    public void subscriptionRefused() {
        refusedSubscriptions.incrementAndGet();
    }

    @Override
    public void subscriptionEnded(String view) {
        subscriptions.decrementAndGet();
    }

    @Override
    public void lag(Object loop, Map<String, Long> recordsByTopic) {
        lastLag.putAll(recordsByTopic);
    }

    @Override
    public void authenticationFailed() {
        authFailures.incrementAndGet();
    }

    @Override
    public void stalled() {
        stalled.incrementAndGet();
    }

    @Override
    public void conflated(long moreRecords) {
        conflated.addAndGet(moreRecords);
    }

    @Override
    public void filterFailed(long records) {
        filterFailures.addAndGet(records);
    }
}
