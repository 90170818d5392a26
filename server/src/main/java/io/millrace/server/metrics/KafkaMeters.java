package io.millrace.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the Kafka listener: {@code millrace_kafka_…}. */
final class KafkaMeters implements KafkaMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<String, Timer> requests = new ConcurrentHashMap<>();
    private final Counter bytesIn;
    private final Counter bytesOut;

    KafkaMeters(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("millrace.kafka.connections", connections, AtomicInteger::get)
                .description("Open connections of the Kafka listener")
                .register(registry);
        bytesIn = Counter.builder("millrace.kafka.request.bytes")
                .description("Bytes of Kafka requests")
                .register(registry);
        bytesOut = Counter.builder("millrace.kafka.response.bytes")
                .description("Bytes of Kafka responses")
                .register(registry);
    }

    @Override
    public void connectionOpened() {
        connections.incrementAndGet();
    }

    @Override
    public void connectionClosed() {
        connections.decrementAndGet();
    }

    @Override
    public void requestAnswered(String api, long nanos) {
        Timer timer = requests.get(api);
        if (timer == null) {
            timer = requests.computeIfAbsent(
                    api,
                    name -> Timer.builder("millrace.kafka.requests")
                            .description("Kafka requests; a fetch counts the time that it waited for data")
                            .tag("api", name)
                            .register(registry));
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void transferred(long in, long out) {
        bytesIn.increment(in);
        bytesOut.increment(out);
    }
}
