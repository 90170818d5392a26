package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java clients of other versions than the libraries of the server. */
class ClientVersionsIT {

    private static final List<String> STEPS = List.of("codecs", "times", "admin", "group", "transactions");

    @TempDir
    static Path directory;

    private static MillraceNode node;

    @BeforeAll
    static void start() throws Exception {
        node = MillraceNode.start(directory, "groups.initialRebalanceDelayMs=0");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.4.0", "3.9.1", "2.8.2"})
    void aJavaClientDoesWhatApplicationsDo(String version) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(node.bootstrap()));
        arguments.addAll(STEPS);
        try (ForeignProcess journey = ForeignProcess.startJava(
                ClassPaths.clients(version), "io.millrace.compat.program.Journey", arguments)) {
            String output = journey.awaitSuccess(Duration.ofSeconds(300));
            for (String step : STEPS) {
                assertThat(output).contains("ok " + step + " " + version);
            }
        }
    }
}
