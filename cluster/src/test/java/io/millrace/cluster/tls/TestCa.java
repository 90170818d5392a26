package io.millrace.cluster.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority for tests, made with the keytool of the JDK. Its certificate is {@code ca.pem} in its directory. */
public final class TestCa {

    private static final String PASSWORD = "millrace";

    private final Path directory;
    private final Path store;

    /** Makes one in a directory of its own. */
    public TestCa(Path directory) throws Exception {
        this.directory = Files.createDirectories(directory);
        this.store = directory.resolve("ca.p12");
        genkeypair("ca", "-ext", "bc:critical=ca:true");
        Files.writeString(
                certificate(), pem("CERTIFICATE", load().getCertificate("ca").getEncoded()));
    }

    /** The file with the certificate of the CA. */
    public Path certificate() {
        return directory.resolve("ca.pem");
    }

    /** The files of a node on the loopback address. */
    public TlsFiles node(int nodeId) throws Exception {
        return issue("node-" + nodeId, "san=uri:" + NodeCertificate.uriOf(nodeId) + ",ip:127.0.0.1,dns:localhost");
    }

    /**
     * Issues a certificate and writes {@code <name>.pem} and {@code <name>.key.pem}, over what was there.
     *
     * @param extensions as keytool takes them
     */
    public TlsFiles issue(String name, String... extensions) throws Exception {
        return issueFrom("-1H", name, extensions);
    }

    /** @param start as keytool takes it; the certificate is valid for a day */
    TlsFiles issueFrom(String start, String name, String... extensions) throws Exception {
        List<String> options = new ArrayList<>(List.of("-signer", "ca", "-startdate", start));
        for (String extension : extensions) {
            options.addAll(List.of("-ext", extension));
        }
        if (load().containsAlias(name)) {
            keytool("-delete", "-alias", name);
        }
        genkeypair(name, options.toArray(String[]::new));
        KeyStore keys = load();
        Path certificate = directory.resolve(name + ".pem");
        Path key = directory.resolve(name + ".key.pem");
        Files.writeString(
                key,
                pem("PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
        Files.writeString(
                certificate, pem("CERTIFICATE", keys.getCertificate(name).getEncoded()));
        return new TlsFiles("cluster.tls", certificate, key, certificate());
    }

    private void genkeypair(String alias, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + alias));
        arguments.addAll(List.of("-validity", "1"));
        arguments.addAll(List.of(options));
        keytool(arguments.toArray(String[]::new));
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static String pem(String type, byte[] der) {
        String content = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + content + "\n-----END " + type + "-----\n";
    }
}
