package io.millrace.cluster.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are good, and what is said of those that are not. */
class TlsIdentityTest {

    private static final Duration OFTEN = Duration.ofMillis(20);

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static TestCa ca;
    private static TlsFiles node1;
    private static TlsFiles node2;

    @BeforeAll
    static void issue() throws Exception {
        vertx = Vertx.vertx();
        ca = new TestCa(directory.resolve("ca"));
        node1 = ca.node(1);
        node2 = ca.node(2);
    }

    @AfterAll
    static void close() {
        vertx.close();
    }

    @Test
    void aNodeIsNamedByItsCertificate() throws Exception {
        try (TlsIdentity identity = open(node1, 1, "127.0.0.1")) {
            assertThat(NodeCertificate.nodeOf(identity.current().certificate())).hasValue(1);
            assertThat(identity.current().client().getHostnameVerificationAlgorithm())
                    .isEqualTo("HTTPS");
        }
    }

    @Test
    void aCertificateOfAnotherNodeIsRefusedWithTheNameThatItNeeds() {
        assertThatThrownBy(() -> open(node2, 1, "127.0.0.1"))
                .hasMessageContaining("cluster.tls.certificate")
                .hasMessageContaining("is that of node 2, but node.id is 1")
                .hasMessageContaining("millrace:node/1");
    }

    @Test
    void aCertificateWithTwoNodesNamesNone() throws Exception {
        TlsFiles two = ca.issue("two", "san=uri:millrace:node/1,uri:millrace:node/2,ip:127.0.0.1");

        assertThatThrownBy(() -> open(two, 1, "127.0.0.1"))
                .hasMessageContaining("names no node")
                .hasMessageContaining("exactly one");
    }

    @Test
    void aCertificateHasToBeForTheAddressThatOthersConnectTo() throws Exception {
        assertThatThrownBy(() -> open(node1, 1, "10.1.2.3"))
                .hasMessageContaining("is not for 10.1.2.3")
                .hasMessageContaining("cluster.advertisedHost");
        open(node1, 1, "LOCALHOST").close();
    }

    @Test
    void aKeyOfAnotherCertificateIsNoticed() {
        TlsFiles mixed = new TlsFiles("cluster.tls", node1.certificate(), node2.key(), node1.trusted());

        assertThatThrownBy(() -> open(mixed, 1, "127.0.0.1"))
                .hasMessageContaining("cluster.tls.key")
                .hasMessageContaining("is not the key of the certificate");
    }

    @Test
    void aFileThatIsNotThereIsNamedInFull() {
        TlsFiles missing = new TlsFiles("cluster.tls", node1.certificate(), node1.key(), Path.of("no/such.pem"));

        assertThatThrownBy(() -> open(missing, 1, "127.0.0.1"))
                .hasMessageContaining("cluster.tls.trusted: ")
                .hasMessageContaining(Path.of("no/such.pem").toAbsolutePath().toString());
    }

    @Test
    void aFileThatHoldsSomethingElseIsNamed() {
        TlsFiles swapped = new TlsFiles("cluster.tls", node1.key(), node1.certificate(), node1.trusted());

        assertThatThrownBy(() -> open(swapped, 1, "127.0.0.1"))
                .hasMessageContaining("cluster.tls.certificate")
                .hasMessageContaining("BEGIN CERTIFICATE");
    }

    @Test
    void aCertificateThatHasEndedIsRefusedWithItsDates() throws Exception {
        TlsFiles ended = ca.issueFrom("-3d", "ended", "san=uri:millrace:node/1,ip:127.0.0.1");

        assertThatThrownBy(() -> open(ended, 1, "127.0.0.1"))
                .hasMessageContaining("is valid from")
                .hasMessageContaining("renew it");
    }

    @Test
    void aCertificateForServersOnlyIsRefusedBetweenNodes() throws Exception {
        TlsFiles server = ca.issue("server-only", "san=uri:millrace:node/1,ip:127.0.0.1", "eku=serverAuth");

        assertThatThrownBy(() -> open(server, 1, "127.0.0.1")).hasMessageContaining("clientAuth");
        TlsIdentity.ofServer(vertx, new TlsFiles("kafka.tls", server.certificate(), server.key(), null))
                .close();
    }

    @Test
    void aRenewedCertificateIsTakenWithoutARestartAndABadOneIsNot() throws Exception {
        TlsFiles files = ca.issue("renewed", "san=uri:millrace:node/1,ip:127.0.0.1");
        try (TlsIdentity identity = TlsIdentity.ofNode(vertx, files, 1, "127.0.0.1", OFTEN)) {
            BigInteger first = identity.current().certificate().getSerialNumber();
            List<TlsCredentials> renewals = new CopyOnWriteArrayList<>();
            identity.onRenewal(renewals::add);

            Files.writeString(files.certificate(), Files.readString(node2.certificate()));
            Files.writeString(files.key(), Files.readString(node2.key()));
            ca.issue("renewed", "san=uri:millrace:node/1,ip:127.0.0.1");

            await().untilAsserted(() -> assertThat(renewals).isNotEmpty());
            assertThat(renewals)
                    .allSatisfy(each -> assertThat(NodeCertificate.nodeOf(each.certificate()))
                            .hasValue(1));
            assertThat(identity.current().certificate().getSerialNumber()).isNotEqualTo(first);
        }
    }

    private static TlsIdentity open(TlsFiles files, int nodeId, String host) throws TlsException {
        return TlsIdentity.ofNode(vertx, files, nodeId, host);
    }
}
