package io.millrace.cluster.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.PKIXReason;
import javax.net.ssl.SSLException;

/** What a handshake that failed means, for the log. */
public final class TlsFailures {

    private TlsFailures() {}

    /** Whether a failure is one of TLS: there is a process on the other side, and it does not suit. */
    public static boolean isTls(Throwable failure) {
        return find(failure, SSLException.class) != null;
    }

    /** Whether the other side does not speak TLS at all. */
    public static boolean isPlainText(Throwable failure) {
        return find(failure, NotSslRecordException.class) != null;
    }

    /**
     * One clause, about the other side as "it".
     *
     * @param section the section of the configuration with this side's files
     */
    public static String describe(Throwable failure, String section) {
        if (isPlainText(failure)) {
            return "it does not speak TLS, but " + section + " is set here: set it on both sides, or on none";
        }
        if (find(failure, SslHandshakeTimeoutException.class) != null) {
            return "it did not end the TLS handshake in time";
        }
        if (find(failure, CertificateExpiredException.class) != null) {
            return "its certificate has expired: renew it there";
        }
        CertPathValidatorException path = find(failure, CertPathValidatorException.class);
        if (find(failure, CertPathBuilderException.class) != null
                || path != null && path.getReason() == PKIXReason.NO_TRUST_ANCHOR) {
            return "its certificate is not from a CA in " + section
                    + ".trusted: issue it by one of these, or add its CA";
        }
        CertificateException certificate = find(failure, CertificateException.class);
        if (certificate != null) {
            String message = String.valueOf(certificate.getMessage());
            return message.contains("alternative") || message.contains("No name matching")
                    ? "its certificate is not for this address (" + message
                            + "): issue one that has it as a subject alternative name"
                    : "its certificate is refused (" + message + ")";
        }
        String message = deepest(failure).getMessage();
        if (message != null && message.contains("Empty client certificate chain")) {
            return "it shows no certificate: set " + section + " there, too";
        }
        if (message != null && message.startsWith("Received fatal alert: ")) {
            return "it refuses this side (" + message.substring(message.indexOf(':') + 2)
                    + "): its log says why; both sides need certificates of a CA that the other trusts";
        }
        return message == null
                ? "the connection was closed in the TLS handshake: is " + section + " set there, too? Its log says why"
                : "TLS failed: " + message;
    }

    private static <T extends Throwable> T find(Throwable failure, Class<T> type) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }

    private static Throwable deepest(Throwable failure) {
        Throwable each = failure;
        while (each.getCause() != null) {
            each = each.getCause();
        }
        return each;
    }
}
