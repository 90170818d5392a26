package io.millrace.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.server.http.HttpMetrics;
import io.millrace.server.http.produce.ProducerRoutes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Counts HTTP: {@code millrace_http_…}, and writes over HTTP by their protocol names {@code millrace_gateway_http_produce_…}. */
final class HttpMeters implements HttpMetrics {

    private static final int STATUS_END = 600;

    private final MeterRegistry registry;
    private final Map<String, ByStatus> routes = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Counter refused;
    private final Counter produceRecords;
    private final Counter replays;
    private final AtomicReferenceArray<Counter> produceRequests = new AtomicReferenceArray<>(STATUS_END);

    HttpMeters(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("millrace.http.connections", connections, AtomicInteger::get)
                .description("Open connections of the HTTP listener, streams included")
                .register(registry);
        refused = Counter.builder("millrace.http.connections.refused")
                .description("Connections over http.maxConnections")
                .register(registry);
        produceRecords = Counter.builder("millrace.gateway.http.produce.records")
                .description("Records stored by HTTP writes")
                .register(registry);
        replays = Counter.builder("millrace.gateway.idempotency.replays")
                .description("Records that came again with their idempotency key and were not stored again")
                .register(registry);
    }

    /** The meters of one route, made when a status is seen first. */
    private final class ByStatus {
        private final String route;
        private final AtomicReferenceArray<Timer> timers = new AtomicReferenceArray<>(STATUS_END);
        private final boolean writes;

        ByStatus(String route) {
            this.route = route;
            this.writes = ProducerRoutes.NAMES.contains(route);
        }

        Timer timer(int status) {
            Timer timer = timers.get(status);
            if (timer == null) {
                timer = Timer.builder("millrace.http.requests")
                        .description("HTTP requests, from the head to the end of the answer")
                        .tag("route", route)
                        .tag("status", Integer.toString(status))
                        .register(registry);
                timers.set(status, timer);
            }
            return timer;
        }
    }

    @Override
    public void requestAnswered(String route, int status, long nanos) {
        ByStatus meters = routes.get(route);
        if (meters == null) {
            meters = routes.computeIfAbsent(route, ByStatus::new);
        }
        meters.timer(status).record(nanos, TimeUnit.NANOSECONDS);
        if (meters.writes) {
            produceRequests(status).increment();
        }
    }

    private Counter produceRequests(int status) {
        Counter counter = produceRequests.get(status);
        if (counter == null) {
            counter = Counter.builder("millrace.gateway.http.produce.requests")
                    .description("HTTP writes by the status of their answer")
                    .tag("status", Integer.toString(status))
                    .register(registry);
            produceRequests.set(status, counter);
        }
        return counter;
    }

    @Override
    public void produced(int records) {
        produceRecords.increment(records);
    }

    @Override
    public void replayed(int records) {
        replays.increment(records);
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
    public void connectionRefused() {
        refused.increment();
    }
}
