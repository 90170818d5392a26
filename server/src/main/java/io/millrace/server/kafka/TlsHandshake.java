package io.millrace.server.kafka;

import io.millrace.cluster.tls.NodeCertificate;
import io.millrace.cluster.tls.TlsFailures;
import io.millrace.cluster.tls.TlsIdentity;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.internal.net.NetSocketInternal;
import java.nio.channels.ClosedChannelException;
import java.security.cert.X509Certificate;
import java.util.OptionalInt;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Secures the connections of a listener, each with the certificate that is the newest when it is accepted.
 *
 * <p>Not with the options of Vert.x's server: it would show connections only when their handshake is done, so that those which never do
 * it would count against no limit, and the log could not say who they are.
 *
 * <p>Runs on the event loop of the connection.
 */
final class TlsHandshake {

    private final TlsIdentity tls;
    private final ListenerAudience audience;

    TlsHandshake(ListenerServices services) {
        this.tls = services.tls();
        this.audience = services.audience();
    }

    /** To be called when the connection was accepted and nothing was read yet. */
    void begin(NetSocketInternal socket, KafkaConnection connection) {
        Channel channel = socket.channelHandlerContext().channel();
        SslHandler handler = tls.current().server().newHandler(channel.alloc());
        // The time to the first request is the limit for both.
        handler.setHandshakeTimeoutMillis(0);
        channel.pipeline().addFirst("tls", handler);
        handler.handshakeFuture().addListener(handshake -> {
            if (handshake.isSuccess()) {
                secured(handler, connection);
            } else if (!(handshake.cause() instanceof ClosedChannelException)) {
                // A connection that is only made and closed is a look whether this node lives.
                connection.refuse(reason(handshake.cause()));
            }
        });
    }

    private String reason(Throwable failure) {
        return TlsFailures.isPlainText(failure)
                ? "it does not speak TLS, but this port does: " + audience.adviceForPlainText()
                : TlsFailures.describe(failure, audience.section() + ".tls");
    }

    private void secured(SslHandler handler, KafkaConnection connection) {
        if (audience == ListenerAudience.CLIENTS) {
            connection.secured(SenderCheck.ANYBODY);
            return;
        }
        OptionalInt node = node(handler);
        if (node.isPresent()) {
            connection.secured(SenderCheck.ofNode(node.getAsInt()));
        } else {
            connection.refuse(
                    "its certificate names no node, or several: issue one with the subject alternative name URI "
                            + NodeCertificate.uriOf(1) + " for node 1");
        }
    }

    private static OptionalInt node(SslHandler handler) {
        try {
            return NodeCertificate.nodeOf(
                    (X509Certificate) handler.engine().getSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return OptionalInt.empty();
        }
    }
}
