package io.millrace.cluster.peer;

import io.millrace.cluster.tls.NodeCertificate;
import io.millrace.cluster.tls.RefusalLog;
import io.millrace.cluster.tls.TlsFailures;
import io.millrace.cluster.tls.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.LoggerFactory;

/**
 * Makes connections to other nodes: plain, or with TLS on both sides. With TLS the certificate of the other side must be from a CA that
 * is trusted, for the address that was asked for, and that of a node.
 */
final class PeerConnector {

    private final NetClient client;
    private final TlsIdentity tls;
    private final RefusalLog refusals = new RefusalLog(LoggerFactory.getLogger(PeerConnector.class));

    /** @param tls null for plain connections */
    PeerConnector(Vertx vertx, int connectTimeoutMs, TlsIdentity tls) {
        this.client = vertx.createNetClient(options(connectTimeoutMs));
        this.tls = tls;
    }

    static NetClientOptions options(int connectTimeoutMs) {
        return new NetClientOptions().setTcpNoDelay(true).setTcpKeepAlive(true).setConnectTimeout(connectTimeoutMs);
    }

    /** Connects, on the caller's context. The failure says what the user can do about it. */
    Future<NetSocketInternal> connect(PeerAddress address) {
        ConnectOptions options = new ConnectOptions().setHost(address.host()).setPort(address.port());
        if (tls == null) {
            return client.connect(options).map(NetSocketInternal.class::cast);
        }
        options.setSsl(true).setSslOptions(tls.current().client());
        return client.connect(options)
                .onFailure(failure -> failed(address, failure))
                .compose(socket -> checked(address, socket));
    }

    /** Warns if it is TLS that failed; with TLS 1.3 this side may be refused after the connection was made. */
    void failed(PeerAddress address, Throwable failure) {
        if (tls != null && TlsFailures.isTls(failure)) {
            refused(address, TlsFailures.describe(failure, "cluster.tls"));
        }
    }

    private Future<NetSocketInternal> checked(PeerAddress address, NetSocket socket) {
        try {
            if (NodeCertificate.nodeOf((X509Certificate) socket.sslSession().getPeerCertificates()[0])
                    .isPresent()) {
                return Future.succeededFuture((NetSocketInternal) socket);
            }
        } catch (SSLPeerUnverifiedException e) {
            // No certificate is no name of a node.
        }
        socket.close();
        String reason = "its certificate names no node: issue one with the subject alternative name URI "
                + NodeCertificate.uriOf(1) + " for node 1";
        refused(address, reason);
        return Future.failedFuture(new SSLPeerUnverifiedException(reason));
    }

    private void refused(PeerAddress address, String reason) {
        refusals.warn(address.toString(), reason, "No connection to the node at " + address + ": " + reason);
    }

    Future<Void> close() {
        return client.close();
    }
}
