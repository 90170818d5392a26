package io.millrace.cluster.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What was read from {@link TlsFiles} at one moment, checked, in the shapes that listeners and clients want. Immutable.
 *
 * @param certificate the node's own
 * @param keyCert for servers that Vert.x secures itself
 * @param server for servers of which Netty secures each connection: with {@link ClientAuth#REQUIRE} if CAs are trusted
 * @param client for connections to other nodes; null if no CA is trusted
 */
public record TlsCredentials(
        X509Certificate certificate, KeyCertOptions keyCert, SslContext server, ClientSSLOptions client) {

    /** What servers speak with clients of all kinds; what is older is broken (RFC 8996). */
    public static final List<String> CLIENT_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");
}
