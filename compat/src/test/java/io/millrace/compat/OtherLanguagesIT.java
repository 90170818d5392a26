package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients in other languages, which are implementations of the protocol of their own. */
@Tag("slow")
class OtherLanguagesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();

    @TempDir
    static Path directory;

    private static MillraceNode node;

    @BeforeAll
    static void start() throws Exception {
        node = MillraceNode.start(directory.resolve("node"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void kafkajs() throws Exception {
        Path modules = install(CLIENTS, "kafkajs-journey.js");
        assertThat(run(List.of("node", modules.resolve("kafkajs-journey.js").toString(), node.bootstrap())))
                .contains("ok admin", "ok produceAndConsume", "ok transactions");
    }

    /** With the Node.js that it wants, which npm brings, too. */
    @Test
    void platformaticKafka() throws Exception {
        Path modules = install(CLIENTS.resolve("platformatic"), "journey.mjs");
        String newerNode = modules.resolve("node_modules/.bin/node").toString();
        assertThat(run(List.of(newerNode, modules.resolve("journey.mjs").toString(), node.bootstrap())))
                .contains("ok admin", "ok produce", "ok classicGroup", "ok consumerGroup", "ok transactions");
    }

    /** A program with what its {@code package.json} asks for, in a directory that is returned. */
    private static Path install(Path from, String program) throws Exception {
        assumeTrue(
                ForeignProcess.isInstalled("npm") && ForeignProcess.isInstalled("node"),
                "skipped: there is no node and npm on the PATH");
        Path modules = Files.createDirectories(directory.resolve(program));
        for (String file : List.of("package.json", program)) {
            Files.copy(from.resolve(file), modules.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        run(List.of("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", modules.toString()));
        return modules;
    }

    @Test
    void kafkaPython() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/python3")) && exitsWell("/usr/bin/python3", "-c", "import kafka"),
                "skipped: there is no kafka-python (Debian package python3-kafka)");
        assertThat(run(List.of(
                        "/usr/bin/python3", CLIENTS.resolve("python_journey.py").toString(), node.bootstrap())))
                .contains("ok admin", "ok produce", "ok group");
    }

    @Test
    void kcatInAGroup() throws Exception {
        assumeTrue(ForeignProcess.isInstalled("kcat"), "skipped: there is no kcat on the PATH (Debian package kcat)");
        List<String> lines = IntStream.range(0, 100).mapToObj(i -> "line " + i).toList();
        new TestClient(node.bootstrap()).create("kcat", 2);
        new TestClient(node.bootstrap()).produce("kcat", lines);
        List<String> command = new ArrayList<>(List.of("timeout", "60", "kcat", "-b", node.bootstrap()));
        command.addAll(List.of("-X", "auto.offset.reset=earliest", "-c", "100", "-q", "-G", "kcat-readers", "kcat"));
        assertThat(run(command).lines()).containsExactlyInAnyOrderElementsOf(lines);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        try (ForeignProcess process = ForeignProcess.start(command)) {
            return process.awaitSuccess(PATIENCE);
        }
    }

    private static boolean exitsWell(String... command) throws IOException, InterruptedException {
        try (ForeignProcess process = ForeignProcess.start(List.of(command))) {
            return process.awaitEnd(PATIENCE) == 0;
        }
    }
}
