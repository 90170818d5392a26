package io.millrace.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps the number of connections, and the time that silent ones stay, bounded. One for each event loop, used only there; the
 * number of connections is counted over all of them.
 *
 * <p>A connection is closed when its first request head does not arrive in time, or when it has no request under way for the
 * idle timeout: also when single bytes of a head trickle in, which the socket's own idle timeout would not notice.
 */
final class ConnectionGuard {

    private static final long SWEEP_MS = 1_000;

    /** Connections over the limit that may stay open long enough to be told so; any more are cut at once. */
    private static final int REFUSALS_MAX = 256;

    private final HttpConfig config;
    private final HttpMetrics metrics;
    private final AtomicInteger open;
    private final Map<HttpConnection, Seat> seats = new IdentityHashMap<>();

    /** A connection and what it does now. */
    private static final class Seat {
        final boolean refused;
        boolean usedBefore;
        boolean requestUnderWay;
        long quietSinceNanos = System.nanoTime();

        Seat(boolean refused) {
            this.refused = refused;
        }
    }

    ConnectionGuard(HttpConfig config, HttpMetrics metrics, AtomicInteger open) {
        this.config = config;
        this.metrics = metrics;
        this.open = open;
    }

    void start(Vertx vertx) {
        long sweepMs = Math.max(50, Math.min(SWEEP_MS, config.firstRequestTimeoutMs() / 2));
        vertx.setPeriodic(sweepMs, id -> sweep());
    }

    void opened(HttpConnection connection) {
        int count = open.incrementAndGet();
        metrics.connectionOpened();
        boolean refused = count > config.maxConnections();
        seats.put(connection, new Seat(refused));
        // Of the channel, not of the connection: a WebSocket replaces the connection object, and its close is not told
        // here.
        ((HttpServerConnection) connection)
                .channelHandlerContext()
                .channel()
                .closeFuture()
                .addListener(closed -> {
                    seats.remove(connection);
                    open.decrementAndGet();
                    metrics.connectionClosed();
                });
        if (refused) {
            metrics.connectionRefused();
            if (count > config.maxConnections() + REFUSALS_MAX) {
                connection.close();
            }
        }
    }

    /** Whether the request may go on; false when its connection is one too many. */
    boolean requestBegan(HttpConnection connection) {
        Seat seat = seats.get(connection);
        if (seat == null) {
            return true;
        }
        seat.usedBefore = true;
        seat.requestUnderWay = true;
        return !seat.refused;
    }

    void requestAnswered(HttpConnection connection) {
        Seat seat = seats.get(connection);
        if (seat != null) {
            seat.requestUnderWay = false;
            seat.quietSinceNanos = System.nanoTime();
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        List<HttpConnection> stale = new ArrayList<>();
        seats.forEach((connection, seat) -> {
            long limitMs = seat.usedBefore ? config.idleTimeoutMs() : config.firstRequestTimeoutMs();
            long quietMs = TimeUnit.NANOSECONDS.toMillis(now - seat.quietSinceNanos);
            if (!seat.requestUnderWay && quietMs > limitMs) {
                stale.add(connection);
            }
        });
        stale.forEach(HttpConnection::close);
    }
}
