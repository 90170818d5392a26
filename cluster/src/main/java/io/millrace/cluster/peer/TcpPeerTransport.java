package io.millrace.cluster.peer;

import io.millrace.cluster.peer.PeerException.Kind;
import io.millrace.cluster.tls.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Requests over TCP, framed as Kafka does it: one connection for each lane to each node, pipelined, answered in order. The versions of
 * the messages are agreed on by having one release in a cluster, so there is no ApiVersions exchange.
 *
 * <p>Records in an answer are slices of a heap array of their own; the receiver may keep them and write into them.
 */
public final class TcpPeerTransport implements PeerTransport, PeerProbe {

    private record LinkKey(PeerAddress address, PeerLane lane) {}

    private final VertxInternal vertx;
    private final PeerTransportConfig config;
    private final PeerConnector connector;
    private final NetClient probes;
    private final AtomicInteger correlationIds = new AtomicInteger();
    private final Map<LinkKey, PeerLink> links = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Without TLS. */
    public TcpPeerTransport(Vertx vertx, PeerTransportConfig config) {
        this(vertx, config, null);
    }

    /** @param tls who this node is, and whom it believes; null for connections without TLS */
    public TcpPeerTransport(Vertx vertx, PeerTransportConfig config, TlsIdentity tls) {
        this.vertx = (VertxInternal) vertx;
        this.config = config;
        this.connector = new PeerConnector(vertx, config.connectTimeoutMs(), tls);
        // Whether anybody listens is seen without TLS, too.
        this.probes = vertx.createNetClient(PeerConnector.options(config.probeTimeoutMs()));
    }

    @Override
    public Future<ApiMessage> send(PeerAddress to, PeerLane lane, short version, ApiMessage request, long timeoutMs) {
        PeerLink link = links.computeIfAbsent(
                new LinkKey(to, lane),
                key -> new PeerLink(to, lane, vertx.createEventLoopContext(), connector, config));
        ContextInternal caller = ContextInternal.current();
        Promise<ApiMessage> answer = (caller != null ? caller : link.context()).promise();
        int correlationId = correlationIds.getAndIncrement();
        ByteBuffer frame;
        try {
            frame = PeerMessages.encode(request, version, config.clientId(), correlationId);
        } catch (RuntimeException unwritable) {
            return Future.failedFuture(unwritable);
        }
        if (frame.remaining() > config.maxFrameBytes()) {
            return Future.failedFuture(new PeerException(
                    Kind.PROTOCOL,
                    "A request of " + frame.remaining() + " bytes was not sent to " + to + ": " + config.maxFrameBytes()
                            + " are allowed",
                    null,
                    false));
        }
        if (closed) {
            return Future.failedFuture(new PeerException(Kind.CLOSED, "This node is stopping", null, false));
        }
        link.send(
                new PendingRequest(ApiKeys.forId(request.apiKey()), version, correlationId, frame, timeoutMs, answer));
        return answer.future();
    }

    @Override
    public Future<Result> probe(PeerAddress address) {
        return probes.connect(address.port(), address.host())
                .map(socket -> {
                    socket.close();
                    return Result.ALIVE;
                })
                .otherwise(
                        failure -> ConnectFailures.kindOf(failure) == Kind.REFUSED ? Result.REFUSED : Result.NO_ANSWER);
    }

    /** Fails what is not answered with {@link Kind#CLOSED} and closes all connections; further requests fail at once. */
    public Future<Void> close() {
        closed = true;
        links.values().forEach(PeerLink::close);
        return Future.all(connector.close(), probes.close()).mapEmpty();
    }
}
