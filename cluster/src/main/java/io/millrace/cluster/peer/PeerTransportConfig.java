package io.millrace.cluster.peer;

import java.util.Objects;

/**
 * The settings of {@link TcpPeerTransport}. The limits are for each lane to each node.
 *
 * @param clientId what requests say of their sender, for the log of the other node
 * @param maxFrameBytes the largest request and the largest answer; must not be below what the listeners of the other nodes send
 * @param maxPendingRequests requests that are not answered; one more fails with {@link PeerException.Kind#BUSY}
 * @param maxPendingBytes bytes of these requests; the request that passes the bound is still taken
 * @param connectTimeoutMs by when a connection must be there; too small: a busy machine is taken for a silent one
 * @param probeTimeoutMs the same for {@link PeerProbe}, where waiting delays the verdict
 * @param backOffMinMs the pause after a connection failed or broke; doubles each time until an answer comes
 * @param backOffMaxMs the longest pause
 * @param idleTimeoutMs a connection that carried nothing for so long is closed; must be below the idle timeout of the listeners,
 *     or a request may meet a connection that is just being closed
 */
public record PeerTransportConfig(
        String clientId,
        int maxFrameBytes,
        int maxPendingRequests,
        long maxPendingBytes,
        int connectTimeoutMs,
        int probeTimeoutMs,
        long backOffMinMs,
        long backOffMaxMs,
        long idleTimeoutMs) {

    public PeerTransportConfig {
        Objects.requireNonNull(clientId, "clientId");
        if (maxFrameBytes < 1024 || maxPendingRequests < 1 || maxPendingBytes < 1) {
            throw new IllegalArgumentException("a limit is too small for any request");
        }
        if (connectTimeoutMs < 1 || probeTimeoutMs < 1 || idleTimeoutMs < 1) {
            throw new IllegalArgumentException("timeouts must be positive");
        }
        if (backOffMinMs < 1 || backOffMaxMs < backOffMinMs) {
            throw new IllegalArgumentException("back-off must be between 1 ms and backOffMaxMs");
        }
    }

    /** What fits a local network. */
    public static PeerTransportConfig defaults(String clientId) {
        return new PeerTransportConfig(clientId, 100 << 20, 1_000, 64L << 20, 1_000, 300, 20, 200, 60_000);
    }
}
