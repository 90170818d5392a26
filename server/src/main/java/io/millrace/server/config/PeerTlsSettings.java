package io.millrace.server.config;

import java.nio.file.Path;

/**
 * TLS between nodes: PEM files, all of them or none.
 *
 * @param certificate of this node, then those between it and the CA
 * @param key of the certificate, without a passphrase
 * @param trusted the CAs from which other nodes have theirs
 */
public record PeerTlsSettings(Path certificate, Path key, Path trusted) {

    static PeerTlsSettings standard() {
        return new PeerTlsSettings(null, null, null);
    }

    /** Whether nodes speak TLS to each other. */
    public boolean isOn() {
        return certificate != null;
    }

    void check(Checks checks) {
        checks.allOrNone("tls.certificate", certificate, "tls.key", key, "tls.trusted", trusted);
    }
}
