package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat, which is librdkafka: another implementation of the protocol than ours and Kafka's. */
class KcatIT {

    @TempDir
    Path directory;

    @BeforeAll
    static void kcatIsInstalled() {
        boolean installed = Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kcat")));
        assumeTrue(installed, "skipped: there is no kcat on the PATH (Debian package kcat)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void kcatReadsWhatKcatWrote(String codec) throws Exception {
        List<String> lines = IntStream.range(0, 100).mapToObj(i -> "line " + i).toList();
        try (KafkaTestNode node = KafkaTestNode.start(directory)) {
            kcat(node, lines, "-P", "-t", "kcat", "-z", codec, "-X", "enable.idempotence=true");

            assertThat(kcat(node, List.of(), "-C", "-t", "kcat", "-o", "beginning", "-e", "-q"))
                    .containsExactlyElementsOf(lines);
            assertThat(kcat(node, List.of(), "-L", "-t", "kcat")).anyMatch(line -> line.contains("1 partitions"));
        }
    }

    private List<String> kcat(KafkaTestNode node, List<String> input, String... arguments)
            throws IOException, InterruptedException {
        Path in = Files.write(directory.resolve("in.txt"), input);
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        List<String> command = new ArrayList<>(List.of("kcat", "-b", node.bootstrap()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        boolean ended = process.waitFor(30, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("kcat ended: %s", Files.readString(err)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        try (Stream<String> lines = Files.lines(out, StandardCharsets.UTF_8)) {
            return lines.toList();
        }
    }
}
