package io.millrace.server.http;

import io.netty.channel.Channel;
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
    private final Map<Channel, Seat> seats = new IdentityHashMap<>();

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
        // Of the channel, not of the connection: a WebSocket has no use for that object any more, and its close is not
        // told here.
        Channel channel = channel(connection);
        seats.put(channel, new Seat(refused));
        channel.closeFuture().addListener(closed -> {
            seats.remove(channel);
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
        Seat seat = seats.get(channel(connection));
        if (seat == null) {
            return true;
        }
        seat.usedBefore = true;
        seat.requestUnderWay = true;
        return !seat.refused;
    }

    void requestAnswered(HttpConnection connection) {
        Seat seat = seats.get(channel(connection));
        if (seat != null) {
            seat.requestUnderWay = false;
            seat.quietSinceNanos = System.nanoTime();
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        List<Channel> stale = new ArrayList<>();
        seats.forEach((channel, seat) -> {
            long limitMs = seat.usedBefore ? config.idleTimeoutMs() : config.firstRequestTimeoutMs();
            long quietMs = TimeUnit.NANOSECONDS.toMillis(now - seat.quietSinceNanos);
            if (!seat.requestUnderWay && quietMs > limitMs) {
                stale.add(channel);
            }
        });
        stale.forEach(Channel::close);
    }

    private static Channel channel(HttpConnection connection) {
        return ((HttpServerConnection) connection).channelHandlerContext().channel();
    }
}
