package io.millrace.compat;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What programs are run with. */
final class ClassPaths {

    private static final Path CLIENTS = Path.of(System.getProperty("millrace.clients"));

    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(10);

    /** Libraries that client versions do without a version of their own. */
    private static final List<String> LIBRARIES = List.of(
            "org.slf4j.Logger",
            "net.jpountz.lz4.LZ4Factory",
            "org.xerial.snappy.Snappy",
            "com.github.luben.zstd.Zstd",
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.fasterxml.jackson.core.JsonFactory",
            "com.fasterxml.jackson.annotation.JsonProperty");

    private ClassPaths() {}

    /** All of Kafka in the version of the server's own libraries: clients, tools, Streams, Connect, MirrorMaker. */
    static String kafka() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Only the client library of one version, with the programs of this module. */
    static String clients(String version) {
        List<String> all = new ArrayList<>();
        all.add(locationOf("io.millrace.compat.program.Journey"));
        try (Stream<Path> jars = Files.list(CLIENTS.resolve(version))) {
            jars.map(Path::toString).forEach(all::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LIBRARIES.forEach(each -> all.add(locationOf(each)));
        return all.stream().distinct().collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * A program with libraries of its own: a Maven project in {@code src/test/clients}, built here. Skips the test without Maven on the PATH.
     *
     * @param out a directory for what is built
     */
    static String built(String project, Path out) throws IOException, InterruptedException {
        assumeTrue(ForeignProcess.isInstalled("mvn"), "skipped: there is no mvn on the PATH");
        Path pom = Path.of("src/test/clients", project, "pom.xml").toAbsolutePath();
        Path libraries = out.resolve("classpath.txt");
        List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B", "-ntp", "-f", pom.toString()));
        command.addAll(List.of("-Dout=" + out, "-Dmdep.outputFile=" + libraries));
        command.addAll(List.of("compile", "dependency:build-classpath"));
        try (ForeignProcess build = ForeignProcess.start(command)) {
            build.awaitSuccess(DOWNLOAD_TIMEOUT);
        }
        return out.resolve("classes") + File.pathSeparator + Files.readString(libraries);
    }

    private static String locationOf(String className) {
        try {
            return Path.of(Class.forName(className)
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (ClassNotFoundException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
