package io.millrace.cluster.tls;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the parts of an identity lie, as PEM.
 *
 * @param section the section of the configuration with their keys, for messages: {@code cluster.tls}
 * @param certificate the certificate, then those between it and the CA
 * @param key its private key, without a passphrase: PKCS #8, PKCS #1 or SEC 1
 * @param trusted the CAs whose certificates the other side may have; null where nobody is asked for one
 */
public record TlsFiles(String section, Path certificate, Path key, Path trusted) {

    public TlsFiles {
        Objects.requireNonNull(section, "section");
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
    }

    /** Whether both sides show certificates. */
    boolean isMutual() {
        return trusted != null;
    }
}
