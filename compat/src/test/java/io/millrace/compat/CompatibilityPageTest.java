package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/compatibility.md} names tests that exist, and the versions that they run. */
class CompatibilityPageTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private record Row(String program, String version, String testClass, String testMethod, boolean isSlow) {}

    @Test
    void everyRowNamesATestThatExistsAndSaysWhenItRuns() throws Exception {
        for (Row row : rows()) {
            Path source = sourceOf(row.testClass());
            String text = Files.readString(source);
            assertThat(text).as(row.toString()).contains(" void " + row.testMethod() + "(");
            if (source.startsWith(Path.of("src").toAbsolutePath())) {
                Class<?> test = Class.forName("io.millrace.compat." + row.testClass());
                boolean slow = test.isAnnotationPresent(Tag.class)
                        || Arrays.stream(test.getDeclaredMethods())
                                .filter(each -> each.getName().equals(row.testMethod()))
                                .anyMatch(each -> each.isAnnotationPresent(Tag.class));
                assertThat(slow).as(row.toString()).isEqualTo(row.isSlow());
            }
        }
    }

    @Test
    void javaClientsAreThoseThatAreRun() throws Exception {
        String[] run = ClientVersionsIT.class
                .getDeclaredMethod("aJavaClientDoesWhatApplicationsDo", String.class)
                .getAnnotation(ValueSource.class)
                .strings();
        assertThat(versionsOf("Java client")).containsExactly(run);
    }

    @Test
    void kafkasOwnProgramsHaveTheVersionOfTheLibraries() throws IOException {
        Properties library = new Properties();
        library.load(getClass().getResourceAsStream("/kafka/kafka-version.properties"));
        for (String program : List.of("Kafka Streams", "MirrorMaker 2", "kafka-topics", "TransactionalMessageCopier")) {
            assertThat(versionsOf(program)).as(program).containsOnly(library.getProperty("version"));
        }
    }

    @Test
    void clientsInJavaScriptHaveTheVersionsThatAreInstalled() throws IOException {
        for (Map.Entry<String, String> each : Map.of(
                        "kafkajs", "package.json", "@platformatic/kafka", "platformatic/package.json")
                .entrySet()) {
            String version = versionsOf(each.getKey()).get(0);
            assertThat(Files.readString(Path.of("src/test/clients", each.getValue())))
                    .contains("\"" + each.getKey() + "\": \"" + version + "\"");
        }
    }

    @Test
    void flinkAndSparkHaveTheVersionsThatAreBuiltWith() throws IOException {
        String[] flink = versionsOf("Flink, Kafka connector").get(0).split(", ");
        assertThat(Files.readString(Path.of("src/test/clients/flink/pom.xml")))
                .contains("<flink.version>" + flink[0] + "<", "<connector.version>" + flink[1] + "<");
        assertThat(Files.readString(Path.of("src/test/clients/spark/pom.xml")))
                .contains("<spark.version>"
                        + versionsOf("Spark Structured Streaming").get(0) + "<");
    }

    @Test
    void everyTestOfThisModuleIsOnThePage() throws IOException {
        List<String> named = rows().stream().map(Row::testClass).distinct().toList();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith("IT.java"))
                            .map(name -> name.replace(".java", "")))
                    .isSubsetOf(named);
        }
    }

    private static List<String> versionsOf(String program) throws IOException {
        return rows().stream()
                .filter(row -> row.program().equals(program))
                .map(Row::version)
                .toList();
    }

    /** Of what other brokers stumbled over. */
    @Test
    void everyTrapHasATest() throws IOException {
        List<String> traps = section("## What other brokers stumbled over")
                .filter(line -> line.matches("\\| [0-9]+ .*"))
                .toList();
        assertThat(traps.stream().map(line -> line.split("\\|")[1].strip()).distinct())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 41).mapToObj(String::valueOf).toList());
        for (String line : traps) {
            String[] test = line.split("\\|")[3].strip().replace("`", "").split("#");
            assertThat(Files.readString(sourceOf(test[0]))).as(line).containsPattern("[ >] *" + test[1] + "\\(");
        }
    }

    private static Stream<String> section(String heading) throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/compatibility.md")).stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "));
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = section("## Programs")
                .filter(line -> line.startsWith("| ") && line.contains("#"))
                .map(CompatibilityPageTest::row)
                .toList();
        assertThat(rows).hasSizeGreaterThan(10);
        return rows;
    }

    private static Row row(String line) {
        List<String> cells =
                Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
        String[] test = cells.get(3).replace("`", "").split("#");
        return new Row(
                cells.get(0), cells.get(1), test[0], test[1], cells.get(4).equals("slow"));
    }

    private static Path sourceOf(String testClass) throws IOException {
        for (String module : List.of("compat", "server", "storage", "cluster")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/test/java"))) {
                List<Path> found = files.filter(
                                file -> file.getFileName().toString().equals(testClass + ".java"))
                        .toList();
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        throw new AssertionError("there is no test " + testClass);
    }
}
