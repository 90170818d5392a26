package io.millrace.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.Transport;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts streams: {@code millrace_gateway_…}, by the names of gateway protocol §12. */
final class GatewayMeters implements GatewayMetrics {

    /** The label of the topics after the first {@link TopicMeters#TOPICS_MAX}. */
    private static final String OTHER_TOPICS = "other topics";

    /** From one event loop's round to what a person notices. */
    private static final Duration[] LATENCY_BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500)
    };

    private final MeterRegistry registry;
    private final Map<Transport, AtomicInteger> streams = new EnumMap<>(Transport.class);
    private final Map<String, Sent> topics = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> subscriptions = new ConcurrentHashMap<>();
    private final Map<Object, Map<String, Long>> lags = new ConcurrentHashMap<>();
    private final Set<String> laggingTopics = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Counter> closes = new ConcurrentHashMap<>();
    private final Map<Gap.Reason, Counter> gaps = new EnumMap<>(Gap.Reason.class);
    private final Timer latency;
    private final Counter encodes;
    private final Counter shares;
    private final Counter stalls;
    private final Counter quotaPauses;
    private final Counter authFailures;
    private final Counter refusedSubscriptions;
    private final Counter filterFailures;
    private final Counter conflated;

    /** What went out of one topic. */
    private record Sent(Counter records, Counter bytes) {}

    GatewayMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Transport transport : Transport.values()) {
            AtomicInteger open = new AtomicInteger();
            streams.put(transport, open);
            Gauge.builder("millrace.gateway.connections", open, AtomicInteger::get)
                    .description("Open streams")
                    .tag("transport", transport.label())
                    .register(registry);
        }
        for (Gap.Reason reason : Gap.Reason.values()) {
            gaps.put(
                    reason,
                    Counter.builder("millrace.gateway.gaps")
                            .description("Times that a follower lost records")
                            .tag("reason", reason.wireName())
                            .register(registry));
        }
        latency = Timer.builder("millrace.gateway.delivery.latency")
                .description(
                        "From the notice that records can be read to their write into the sockets of an event loop")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
        encodes = Counter.builder("millrace.gateway.frame.encodes")
                .description("Frames encoded")
                .register(registry);
        shares = Counter.builder("millrace.gateway.frame.shares")
                .description("Writes of encoded frames, one for each follower")
                .register(registry);
        stalls = Counter.builder("millrace.gateway.stalls")
                .description("Times that a follower's buffer was full")
                .register(registry);
        quotaPauses = Counter.builder("millrace.gateway.quota.pauses")
                .description("Times that a client was sent nothing for a while because it was above its quota")
                .register(registry);
        authFailures = Counter.builder("millrace.gateway.auth.failures")
                .description("Clients that were turned away because of their credentials")
                .register(registry);
        refusedSubscriptions = Counter.builder("millrace.gateway.subscriptions.refused")
                .description("Subscriptions that were refused because the node had too many")
                .register(registry);
        filterFailures = Counter.builder("millrace.gateway.filter.failures")
                .description("Records for which the expression of a filter could not be evaluated, and was false")
                .register(registry);
        conflated = Counter.builder("millrace.gateway.records.conflated")
                .description("Records that were left out because a newer one of the same key was sent for them")
                .register(registry);
    }

    @Override
    public void conflated(long records) {
        conflated.increment(records);
    }

    @Override
    public void streamOpened(Transport transport) {
        streams.get(transport).incrementAndGet();
    }

    @Override
    public void streamClosed(Transport transport, int closeCode) {
        streams.get(transport).decrementAndGet();
        closes.computeIfAbsent(
                        closeCode,
                        code -> Counter.builder("millrace.gateway.closes")
                                .description("Streams that ended, by close code")
                                .tag("code", Integer.toString(code))
                                .register(registry))
                .increment();
    }

    @Override
    public void subscriptionBegan(String view) {
        subscriptions.computeIfAbsent(view, this::subscriptionsOf).incrementAndGet();
    }

    @Override
    public void subscriptionEnded(String view) {
        subscriptions.computeIfAbsent(view, this::subscriptionsOf).decrementAndGet();
    }

    @Override
    public void subscriptionRefused() {
        refusedSubscriptions.increment();
    }

    private AtomicInteger subscriptionsOf(String view) {
        AtomicInteger open = new AtomicInteger();
        Gauge.builder("millrace.gateway.subscriptions", open, AtomicInteger::get)
                .description("Open subscriptions; a stream without a subprotocol has one")
                .tag("view", view)
                .register(registry);
        return open;
    }

    @Override
    public void lag(Object loop, Map<String, Long> recordsByTopic) {
        lags.put(loop, Map.copyOf(recordsByTopic));
        for (String topic : recordsByTopic.keySet()) {
            if (laggingTopics.size() < TopicMeters.TOPICS_MAX && laggingTopics.add(topic)) {
                Gauge.builder("millrace.gateway.lag.records", () -> lagOf(topic))
                        .description(
                                "The follower that is furthest behind the high watermark, of those that read the log")
                        .tag("topic", topic)
                        .register(registry);
            }
        }
    }

    private long lagOf(String topic) {
        return lags.values().stream()
                .mapToLong(loop -> loop.getOrDefault(topic, 0L))
                .max()
                .orElse(0);
    }

    @Override
    public void sent(String topic, long records, long bytes) {
        Sent sent = topics.get(topic);
        if (sent == null) {
            String label = topics.size() < TopicMeters.TOPICS_MAX ? topic : OTHER_TOPICS;
            sent = topics.computeIfAbsent(label, this::sentOf);
        }
        sent.records.increment(records);
        sent.bytes.increment(bytes);
    }

    private Sent sentOf(String topic) {
        return new Sent(
                Counter.builder("millrace.gateway.records.sent")
                        .description("Records handed to the sockets of followers")
                        .tag("topic", topic)
                        .register(registry),
                Counter.builder("millrace.gateway.bytes.sent")
                        .description("Bytes handed to the sockets of followers")
                        .tag("topic", topic)
                        .register(registry));
    }

    @Override
    public void frameEncoded(String topic) {
        encodes.increment();
    }

    @Override
    public void frameShared(String topic, long followers) {
        shares.increment(followers);
    }

    @Override
    public void deliveryLatency(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void gap(Gap.Reason reason) {
        gaps.get(reason).increment();
    }

    @Override
    public void authenticationFailed() {
        authFailures.increment();
    }

    @Override
    public void stalled() {
        stalls.increment();
    }

    @Override
    public void quotaPaused() {
        quotaPauses.increment();
    }

    @Override
    public void filterFailed(long records) {
        filterFailures.increment(records);
    }
}
