package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ARCHITECTURE.md promises of the code, checked on the sources. */
class HouseRulesTest {

    private static final Path ROOT = Path.of(System.getProperty("millrace.rootDirectory", ".."));
    private static final List<String> MODULES = List.of("storage", "cluster", "websocket", "server");

    /** A backticked word in CamelCase: a class by our own rules of writing. */
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][a-z0-9]*)+)`");

    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?([\\w.]+)", Pattern.MULTILINE);

    @Test
    void everyClassNamedOnTheMapExists() throws IOException {
        Set<String> classes = Stream.concat(sources(MODULES), files(List.of("server"), "src/test/java"))
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        Matcher matcher = CLASS_NAME.matcher(Files.readString(ROOT.resolve("ARCHITECTURE.md")));
        while (matcher.find()) {
            named.add(matcher.group(1));
        }

        assertThat(named).hasSizeGreaterThan(30);
        assertThat(classes).containsAll(named);
    }

    @Test
    void everyPackageHasASign() throws IOException {
        Set<Path> packages = sources(MODULES).map(Path::getParent).collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(
                        each -> assertThat(each.resolve("package-info.java")).exists());
    }

    @ParameterizedTest
    @CsvSource({
        "storage, io.vertx io.netty com.hazelcast org.apache.kafka io.millrace.cluster io.millrace.websocket io.millrace.server",
        "cluster, io.vertx.ext io.millrace.websocket io.millrace.server",
        "websocket, org.apache.kafka com.hazelcast io.millrace.server",
    })
    void importsFollowTheOneWayStreet(String module, String forbidden) throws IOException {
        for (String prefix : forbidden.split(" ")) {
            assertThat(imports(List.of(module))).noneMatch(each -> each.startsWith(prefix + "."));
        }
    }

    @Test
    void kafkaTypesStayInThePackagesThatAdaptThem() throws IOException {
        assertThat(importersOf("org.apache.kafka."))
                .isSubsetOf(
                        "io.millrace.cluster.record",
                        "io.millrace.cluster.peer",
                        "io.millrace.cluster.quorum",
                        "io.millrace.cluster.controller",
                        // The door to groups speaks the messages that are their contract.
                        "io.millrace.cluster.group",
                        // Members ask coordinators in those messages.
                        "io.millrace.cluster.group.member",
                        "io.millrace.cluster.coordinator",
                        "org.apache.kafka.coordinator.group",
                        // Its state is in Kafka's records, its requests between nodes are Kafka's messages.
                        "io.millrace.cluster.transaction",
                        "io.millrace.server.kafka",
                        "io.millrace.server.kafka.handler",
                        "io.millrace.server.demo",
                        // Reaches what the Raft client keeps to its own package.
                        "org.apache.kafka.raft");
    }

    @Test
    void raftTypesStayWithTheQuorumAndTheControllerThatAppendsToIt() throws IOException {
        assertThat(importersOf("org.apache.kafka.raft."))
                .isSubsetOf("io.millrace.cluster.quorum", "io.millrace.cluster.controller", "org.apache.kafka.raft");
    }

    @Test
    void theLibraryOfGroupsStaysInThePackageThatAdaptsIt() throws IOException {
        for (String part : new String[] {"group.", "share.", "common."}) {
            assertThat(importersOf("org.apache.kafka.coordinator." + part))
                    .isSubsetOf("io.millrace.cluster.coordinator", "org.apache.kafka.coordinator.group");
        }
        // Only the schemas of its records.
        assertThat(importersOf("org.apache.kafka.coordinator.transaction."))
                .isSubsetOf("io.millrace.cluster.transaction");
    }

    @Test
    void hazelcastTypesStayInThePackageThatAdaptsThem() throws IOException {
        assertThat(importersOf("com.hazelcast.")).isSubsetOf("io.millrace.cluster.hazelcast");
    }

    @Test
    void typesOfTheExpressionLibraryStayInThePackageThatAdaptsThem() throws IOException {
        assertThat(importersOf("dev.cel.")).isSubsetOf("io.millrace.websocket.filter");
    }

    @Test
    void typesOfTheLibraryOfPatternsStayWhereClientsSendSome() throws IOException {
        assertThat(importersOf("com.google.re2j.")).isSubsetOf("io.millrace.cluster.pattern");
    }

    private static Set<String> importersOf(String prefix) throws IOException {
        return sources(MODULES)
                .filter(file -> importsOf(file).stream().anyMatch(each -> each.startsWith(prefix)))
                .map(HouseRulesTest::packageOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> imports(List<String> modules) throws IOException {
        return sources(modules)
                .flatMap(file -> importsOf(file).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> importsOf(Path file) {
        try {
            return IMPORT.matcher(Files.readString(file))
                    .results()
                    .map(result -> result.group(1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String packageOf(Path file) {
        String path = file.getParent().toString().replace('/', '.').replace('\\', '.');
        return path.substring(path.lastIndexOf("src.main.java.") + "src.main.java.".length());
    }

    private static Stream<Path> sources(List<String> modules) throws IOException {
        return files(modules, "src/main/java");
    }

    private static Stream<Path> files(List<String> modules, String folder) throws IOException {
        Stream<Path> all = Stream.empty();
        for (String module : modules) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(folder))) {
                all = Stream.concat(all, files.filter(file -> file.toString().endsWith(".java")).toList().stream());
            }
        }
        return all;
    }
}
