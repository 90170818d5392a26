package io.millrace.server;

import io.millrace.cluster.peer.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The class data archive that the launcher makes for a quick start: processes of tests start as those of users do. */
final class ClassArchive {

    private static final int TRAINING_SECONDS_MAX = 60;

    /** Options of the JVM; none when there can be no archive, which only costs time. */
    private static List<String> options;

    private ClassArchive() {}

    /** The options to start with; the first call makes the archive. */
    static synchronized List<String> options(Path java, Path jar) throws IOException {
        if (options == null) {
            Path file = jar.resolveSibling("millrace-tests.jsa");
            options = isFresh(file, jar) || train(java, jar, file)
                    ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + file, "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
                    : List.of();
        }
        return options;
    }

    private static boolean isFresh(Path file, Path jar) throws IOException {
        return Files.exists(file) && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) > 0;
    }

    /** Runs a demo in a cluster of its own. */
    private static boolean train(Path java, Path jar, Path file) throws IOException {
        Files.deleteIfExists(file);
        List<String> settings = List.of(
                "kafka.port=0",
                "http.port=0",
                "node.dataDir=" + Files.createTempDirectory(jar.toAbsolutePath().getParent(), "archive"),
                "cluster.join=127.0.0.1",
                "cluster.voters=1",
                "cluster.port=" + FreePorts.next(),
                "cluster.discoveryPort=" + FreePorts.next());
        List<String> command = Stream.concat(
                        Stream.of(
                                java.toString(),
                                "-Xlog:disable",
                                "-XX:ArchiveClassesAtExit=" + file,
                                "-jar",
                                jar.toString(),
                                "demo",
                                "--seconds",
                                "1"),
                        settings.stream().flatMap(each -> Stream.of("--set", each)))
                .toList();
        Process training = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            boolean ended = training.waitFor(TRAINING_SECONDS_MAX, TimeUnit.SECONDS);
            training.destroyForcibly();
            return ended && Files.exists(file);
        } catch (InterruptedException e) {
            training.destroyForcibly();
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
