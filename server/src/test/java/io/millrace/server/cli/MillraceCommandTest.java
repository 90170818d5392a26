package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MillraceCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "start",
                "demo",
                "topics",
                "topics list",
                "topics create",
                "topics describe",
                "topics delete",
                "produce",
                "tail",
                "cluster",
                "cluster status",
                "cluster voters",
                "cluster describe",
                "cluster rebalance",
                "cluster drain",
                "cluster remove",
                "cluster undrain",
                "cluster recover",
                "cluster elect",
                "log",
                "log dump",
                "log verify"
            })
    void everyCommandExplainsItself(String command) {
        int exitCode = run((command + " --help").trim().split(" "));

        assertThat(exitCode).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Usage: millrace" + (command.isEmpty() ? "" : " " + command));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theHelpListsCommandsAndExitCodes() {
        run("--help");

        assertThat(out.toString())
                .contains("start", "demo", "topics", "produce", "tail", "cluster", "log", "Exit codes:");
    }

    @Test
    void theVersionNamesTheBuildAndTheJavaVersion() {
        assertThat(run("--version")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("Millrace ").contains("Java " + System.getProperty("java.version"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "strat",
                "start --port 1",
                "produce",
                "tail",
                "topics create",
                "log dump",
                "log verify a b",
                "demo --devices many"
            })
    void aWrongCommandLineExitsWithTwo(String line) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).isNotBlank();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aMistypedCommandIsAnsweredWithTheNearestOne() {
        run("strat");

        assertThat(err.toString()).contains("Did you mean", "start");
    }

    @Test
    void allProblemsOfAConfigurationArePrintedWithoutAStackTrace() {
        int exitCode = run("start", "--set", "kafka.prot=1", "--set", "http.port=x");

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().lines())
                .containsExactly(
                        "millrace: the configuration cannot be used",
                        "  kafka.prot: there is no such key; did you mean kafka.port? (--set kafka.prot=1)",
                        "  http.port: must be a whole number up to 2147483647, but is 'x' (--set http.port=x)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"topics list", "produce readings {}", "tail readings"})
    void whenNobodyListens_aClientCommandSaysHowToStartANode(String line) throws IOException {
        String url = "http://127.0.0.1:" + FreePorts.next();

        int exitCode = run((line + " --url " + url).split(" "));

        assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString().lines())
                .containsExactly("millrace: no node answers at " + url
                        + "; start one with ./millrace start, or name it with --url");
    }

    @Test
    void aUrlThatIsNoneIsAUsageError() {
        assertThat(run("topics", "list", "--url", "localhost")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--url takes a URL");
    }

    private int run(String... arguments) {
        CommandLine commandLine = MillraceCommand.commandLine(arguments)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }
}
