package io.millrace.compat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What programs are run with. */
final class ClassPaths {

    private static final Path CLIENTS = Path.of(System.getProperty("millrace.clients"));

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
