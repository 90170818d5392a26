package io.millrace.websocket.session;

import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.delivery.LoopDelivery;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The sessions of one event loop, and the one timer that looks after all of them. Belongs to that loop. */
public final class EventLoopSessions {

    /** Often enough for whoever scrapes metrics. */
    private static final long LAG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Vertx vertx;
    private final GatewayMetrics metrics;
    private final LoopDelivery delivery;
    private final TokenWriter tokens = new TokenWriter();
    private final long tickMs;
    private final Set<StreamConnection> sessions = new LinkedHashSet<>();
    private long timer = -1;
    private long lagMeasuredNanos = System.nanoTime();

    public EventLoopSessions(Vertx vertx, Context context, GatewayLimits limits, GatewayMetrics metrics) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.delivery = new LoopDelivery(context, metrics);
        // A quarter of the shortest time that is watched, and never so often that the ticks themselves would cost
        // something.
        long shortest = Math.min(
                Math.min(limits.heartbeatMinMs(), limits.pongTimeoutMs()),
                Math.min(limits.authTimeoutMs(), Math.min(limits.stalledTimeoutMs(), limits.checkpointIntervalMs())));
        this.tickMs = Math.max(10, Math.min(1_000, shortest / 4));
    }

    public LoopDelivery delivery() {
        return delivery;
    }

    TokenWriter tokens() {
        return tokens;
    }

    /** Calls with every session, on the loop. */
    public void forEach(Consumer<StreamConnection> action) {
        delivery.context().runOnContext(v -> snapshot().forEach(action));
    }

    void add(StreamConnection session) {
        sessions.add(session);
        if (timer < 0) {
            timer = vertx.setPeriodic(tickMs, id -> tick());
        }
    }

    void remove(StreamConnection session) {
        sessions.remove(session);
        if (sessions.isEmpty() && timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
            metrics.lag(this, Map.of());
        }
    }

    private void tick() {
        long now = System.nanoTime();
        for (StreamConnection session : snapshot()) {
            session.tick(now);
        }
        if (now - lagMeasuredNanos >= LAG_INTERVAL_NANOS) {
            lagMeasuredNanos = now;
            Map<String, Long> recordsByTopic = new HashMap<>();
            sessions.forEach(session -> session.measureLag(recordsByTopic));
            metrics.lag(this, recordsByTopic);
        }
    }

    private List<StreamConnection> snapshot() {
        return new ArrayList<>(sessions);
    }
}
