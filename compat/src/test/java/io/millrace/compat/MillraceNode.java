package io.millrace.compat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A node, from the jar, on free ports. Closing it kills it. */
final class MillraceNode implements AutoCloseable {

    private static final Path JAR = Path.of(System.getProperty("millrace.jar"));
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final ForeignProcess process;

    private MillraceNode(ForeignProcess process) {
        this.process = process;
    }

    /** @param settings {@code key=value} */
    static MillraceNode start(Path dataDirectory, String... settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ForeignProcess.java(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "start",
                "--set",
                "node.dataDir=" + dataDirectory));
        List<String> all = new ArrayList<>(List.of("kafka.port=0", "http.port=0"));
        all.addAll(List.of(settings));
        for (String setting : all) {
            command.add("--set");
            command.add(setting);
        }
        MillraceNode node = new MillraceNode(ForeignProcess.start(command));
        node.process.awaitLine("^Ready.*", START_TIMEOUT);
        return node;
    }

    String bootstrap() {
        return process.awaitLine("^ *Kafka +(\\S+)$", START_TIMEOUT).group(1);
    }

    String httpUrl() {
        return process.awaitLine("^ *HTTP +(http://.*)$", START_TIMEOUT).group(1);
    }

    /** What {@code kill -9} does. */
    void kill() {
        process.kill();
    }

    /** What the node said. */
    String output() {
        return process.output();
    }

    @Override
    public void close() {
        process.close();
    }
}
