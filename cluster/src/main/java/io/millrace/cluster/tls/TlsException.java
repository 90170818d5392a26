package io.millrace.cluster.tls;

import java.io.IOException;

/** Files from which no identity can be made; the message names the key of the configuration and says what to do. */
public final class TlsException extends IOException {

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}
