package io.millrace.cluster.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/** Reads and checks {@link TlsFiles}: what is wrong with them is said here, and not by a handshake. Blocks. */
final class TlsReader {

    /** Between nodes, where both sides are this program. */
    private static final String[] NODE_PROTOCOLS = {"TLSv1.3"};

    /** How long another node may take to shake hands; a paused one would never. */
    private static final long HANDSHAKE_TIMEOUT_MS = 3_000;

    private static final String SERVER_PURPOSE = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_PURPOSE = "1.3.6.1.5.5.7.3.2";

    private final Vertx vertx;
    private final TlsFiles files;

    TlsReader(Vertx vertx, TlsFiles files) {
        this.vertx = vertx;
        this.files = files;
    }

    TlsCredentials read() throws TlsException {
        Buffer certificatePem = content("certificate", files.certificate());
        X509Certificate own =
                certificates("certificate", files.certificate(), certificatePem).get(0);
        checkCertificate(own);
        PemKeyCertOptions keyCert =
                new PemKeyCertOptions().addCertValue(certificatePem).addKeyValue(content("key", files.key()));
        KeyManagerFactory keys = keys(keyCert, own);
        try {
            SslContextBuilder server = SslContextBuilder.forServer(keys).sslProvider(SslProvider.JDK);
            if (!files.isMutual()) {
                return new TlsCredentials(
                        own,
                        keyCert,
                        server.protocols(TlsCredentials.CLIENT_PROTOCOLS).build(),
                        null);
            }
            Buffer trustedPem = content("trusted", files.trusted());
            certificates("trusted", files.trusted(), trustedPem);
            PemTrustOptions trusted = new PemTrustOptions().addCertValue(trustedPem);
            server.protocols(NODE_PROTOCOLS)
                    .clientAuth(ClientAuth.REQUIRE)
                    .trustManager(trusted.getTrustManagerFactory(vertx));
            return new TlsCredentials(own, keyCert, server.build(), client(keyCert, trusted));
        } catch (Exception e) {
            throw new TlsException("TLS cannot be used with " + files + ": " + e.getMessage(), e);
        }
    }

    private static ClientSSLOptions client(PemKeyCertOptions keyCert, PemTrustOptions trusted) {
        ClientSSLOptions options = new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS");
        options.setKeyCertOptions(keyCert);
        options.setTrustOptions(trusted);
        options.setEnabledSecureTransportProtocols(new LinkedHashSet<>(Set.of(NODE_PROTOCOLS)));
        options.setSslHandshakeTimeout(HANDSHAKE_TIMEOUT_MS);
        options.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        return options;
    }

    private void checkCertificate(X509Certificate certificate) throws TlsException {
        try {
            certificate.checkValidity();
        } catch (CertificateException e) {
            throw wrong(
                    "certificate",
                    files.certificate(),
                    "is valid from " + certificate.getNotBefore().toInstant() + " to "
                            + certificate.getNotAfter().toInstant() + " only: renew it",
                    e);
        }
        List<String> purposes;
        try {
            purposes = certificate.getExtendedKeyUsage();
        } catch (CertificateException e) {
            purposes = null;
        }
        if (purposes != null
                && (!purposes.contains(SERVER_PURPOSE) || files.isMutual() && !purposes.contains(CLIENT_PURPOSE))) {
            throw wrong(
                    "certificate",
                    files.certificate(),
                    "may not be used for this: its extended key usage must have serverAuth"
                            + (files.isMutual() ? " and clientAuth, because nodes are both" : "")
                            + ", or not be there at all",
                    null);
        }
    }

    /** The key manager, if the key is that of the certificate. */
    private KeyManagerFactory keys(PemKeyCertOptions keyCert, X509Certificate certificate) throws TlsException {
        KeyManagerFactory factory;
        PrivateKey key;
        try {
            factory = keyCert.getKeyManagerFactory(vertx);
            X509KeyManager manager = (X509KeyManager) factory.getKeyManagers()[0];
            String[] aliases =
                    manager.getServerAliases(certificate.getPublicKey().getAlgorithm(), null);
            key = aliases == null ? null : manager.getPrivateKey(aliases[0]);
        } catch (Exception e) {
            throw wrong(
                    "key",
                    files.key(),
                    "is not a private key in PEM (PKCS #8, PKCS #1 or SEC 1, without a passphrase): " + e.getMessage(),
                    e);
        }
        if (key == null || !signsFor(certificate, key)) {
            throw wrong("key", files.key(), "is not the key of the certificate in " + files.certificate(), null);
        }
        return factory;
    }

    private static boolean signsFor(X509Certificate certificate, PrivateKey key) {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        if (!key.getAlgorithm().equals(algorithm)) {
            return false;
        }
        String signature = switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> algorithm;
        };
        try {
            Signature signer = Signature.getInstance(signature);
            byte[] content = {1, 2, 3};
            signer.initSign(key);
            signer.update(content);
            byte[] signed = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(content);
            return signer.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private Buffer content(String name, Path file) throws TlsException {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw wrong(name, file, "is not there (looked for at " + file.toAbsolutePath() + ")", e);
        } catch (IOException e) {
            throw wrong(name, file, "cannot be read: " + e, e);
        }
    }

    private List<X509Certificate> certificates(String name, Path file, Buffer pem) throws TlsException {
        try {
            Collection<?> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes()));
            if (found.isEmpty()) {
                throw new CertificateException("it has none");
            }
            return found.stream().map(X509Certificate.class::cast).toList();
        } catch (CertificateException e) {
            throw wrong(
                    name,
                    file,
                    "has to hold certificates in PEM (-----BEGIN CERTIFICATE-----), but " + e.getMessage(),
                    e);
        }
    }

    private TlsException wrong(String name, Path file, String what, Throwable cause) {
        return new TlsException(files.section() + "." + name + ": " + file + " " + what, cause);
    }
}
