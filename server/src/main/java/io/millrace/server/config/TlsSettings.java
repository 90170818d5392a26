package io.millrace.server.config;

import java.nio.file.Path;

/**
 * TLS of a listener for clients: PEM files, both or none.
 *
 * @param certificate of the server, then those between it and the CA
 * @param key of the certificate, without a passphrase
 */
public record TlsSettings(Path certificate, Path key) {

    static TlsSettings standard() {
        return new TlsSettings(null, null);
    }

    /** Whether the listener speaks TLS, and nothing else. */
    public boolean isOn() {
        return certificate != null;
    }

    void check(Checks checks) {
        checks.allOrNone("tls.certificate", certificate, "tls.key", key);
    }
}
