package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark Structured Streaming with its Kafka connector, in one process. */
@Tag("slow")
class SparkIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int RECORDS = 4_000;

    @TempDir
    Path directory;

    /** Its connector writes at least once: a batch that was cut off is written again, with the same counts. */
    @Test
    void aCountingQueryThatIsKilledAndStartedAgainCountsEachRecordOnce() throws Exception {
        String classPath = ClassPaths.built("spark", directory.resolve("built"));
        try (MillraceNode node = MillraceNode.start(directory.resolve("node"))) {
            TestClient client = new TestClient(node.bootstrap());
            client.create("in", 2);
            client.create("out", 2);
            client.produce("in", Counting.values(0, RECORDS / 2));
            try (ForeignProcess query = start(node, classPath)) {
                client.committed("out", out -> query.isAliveAnd(!out.isEmpty()), PATIENCE);
                query.kill();
            }
            client.produce("in", Counting.values(RECORDS / 2, RECORDS / 2));
            Map<String, Long> expected = last(Counting.expected(RECORDS));
            try (ForeignProcess query = start(node, classPath)) {
                List<ConsumerRecord<byte[], byte[]>> out = client.committed(
                        "out",
                        all -> query.isAliveAnd(
                                last(Counting.counts(all, Counting::decimals)).equals(expected)),
                        PATIENCE);
                assertThat(Counting.counts(out, Counting::decimals).values())
                        .allSatisfy(counts -> assertThat(counts).isSorted());
            }
        }
    }

    private static Map<String, Long> last(Map<String, List<Long>> counts) {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((value, each) -> all.put(value, each.get(each.size() - 1)));
        return all;
    }

    private ForeignProcess start(MillraceNode node, String classPath) throws IOException {
        List<String> options = new ArrayList<>(List.of("-Xmx1g"));
        // What spark-submit says to a JVM.
        Stream.of(
                        "java.lang",
                        "java.lang.invoke",
                        "java.lang.reflect",
                        "java.io",
                        "java.net",
                        "java.nio",
                        "java.util",
                        "java.util.concurrent",
                        "java.util.concurrent.atomic",
                        "sun.nio.ch",
                        "sun.nio.cs",
                        "sun.security.action",
                        "sun.util.calendar")
                .forEach(each -> options.add("--add-opens=java.base/" + each + "=ALL-UNNAMED"));
        return ForeignProcess.startJava(
                options,
                classPath,
                "CountingQuery",
                List.of(
                        node.bootstrap(),
                        "in",
                        "out",
                        directory.resolve("checkpoints").toString()));
    }
}
