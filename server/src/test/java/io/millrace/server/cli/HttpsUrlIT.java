package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.tls.TestCa;
import io.millrace.cluster.tls.TlsFiles;
import io.millrace.server.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that talk to a node over https. */
@Timeout(60)
class HttpsUrlIT {

    @TempDir
    static Path directory;

    private static TestCa ca;
    private static TlsFiles files;
    private static TestServer server;

    private final StringWriter said = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        ca = new TestCa(directory.resolve("ca"));
        files = ca.issue("server", "san=ip:127.0.0.1");
        server = TestServer.startIn(
                directory.resolve("data"),
                "http.tls.certificate=" + files.certificate(),
                "http.tls.key=" + files.key());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aCommandTrustsTheCaThatItIsGiven() {
        int code = run(
                "topics",
                "list",
                "--url",
                server.httpUrl(),
                "--ca",
                ca.certificate().toString());

        assertThat(code).as(said.toString()).isEqualTo(ExitCode.OK);
    }

    @Test
    void withTheConfigurationOfTheNodeItsCertificateIsTrusted() {
        int code = run(
                "topics",
                "list",
                "--set=http.port=" + server.httpPort(),
                "--set=http.tls.certificate=" + files.certificate(),
                "--set=http.tls.key=" + files.key());

        assertThat(code).as(said.toString()).isEqualTo(ExitCode.OK);
    }

    @Test
    void aNodeThatIsNotTrustedIsNotToldAnythingAndTheUserIsToldWhatToDo() {
        int code = run("topics", "list", "--url", server.httpUrl());

        assertThat(code).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.toString())
                .contains("no secure connection to " + server.httpUrl())
                .contains("--ca");
    }

    @Test
    void followingATopicDoesNotTryAgainWhereNothingWillChange() {
        int code = run("tail", "any", "--url", server.httpUrl());

        assertThat(code).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.toString()).contains("no secure connection").doesNotContain("following again");
    }

    @Test
    void aFileWithoutCertificatesIsAUsageError() {
        int code = run(
                "topics", "list", "--url", server.httpUrl(), "--ca", files.key().toString());

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(said.toString()).contains(files.key().toString()).contains("PEM");
    }

    private int run(String... arguments) {
        return MillraceCommand.commandLine(arguments)
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(arguments);
    }
}
