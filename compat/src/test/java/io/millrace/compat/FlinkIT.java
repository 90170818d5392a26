package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flink with its Kafka connector, in a local cluster of its own. */
@Tag("slow")
class FlinkIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int RECORDS = 4_000;
    private static final List<String> OPTIONS = List.of(
            "-Xmx768m",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/java.time=ALL-UNNAMED");

    @TempDir
    static Path built;

    private static String classPath;

    @TempDir
    Path directory;

    @BeforeAll
    static void build() throws Exception {
        classPath = ClassPaths.built("flink", built);
    }

    /** @param naming how it finds the transactions that it left open: by trying their names, or by asking for a list of them */
    @ParameterizedTest
    @ValueSource(strings = {"INCREMENTING", "POOLING"})
    void aCountingJobThatIsKilledAndStartedAgainWritesEachCountExactlyOnce(String naming) throws Exception {
        try (MillraceNode node = MillraceNode.start(directory.resolve("node"))) {
            TestClient client = new TestClient(node.bootstrap());
            client.create("in", 2);
            client.create("out", 2);
            int sent = 0;
            for (int kill = 0; kill < 2; kill++) {
                try (ForeignProcess job = start(node, naming)) {
                    client.produce("in", Counting.values(sent, RECORDS / 4));
                    sent += RECORDS / 4;
                    int atLeast = sent;
                    client.committed("out", out -> job.isAliveAnd(out.size() >= atLeast), PATIENCE);
                    // What comes now is in a transaction that is open, or about to be committed.
                    client.produce("in", Counting.values(sent, RECORDS / 8));
                    sent += RECORDS / 8;
                    job.kill();
                }
            }
            client.produce("in", Counting.values(sent, RECORDS - sent));
            try (ForeignProcess job = start(node, naming)) {
                List<ConsumerRecord<byte[], byte[]>> out =
                        client.committed("out", all -> job.isAliveAnd(all.size() >= RECORDS), PATIENCE);
                assertThat(Counting.counts(out, Counting::number)).isEqualTo(Counting.expected(RECORDS));
                assertThat(job.output()).contains("goes on at");
            }
        }
    }

    private ForeignProcess start(MillraceNode node, String naming) throws IOException {
        return ForeignProcess.startJava(
                OPTIONS,
                classPath,
                "CountingJob",
                List.of(
                        node.bootstrap(),
                        "in",
                        "out",
                        directory.resolve("checkpoints").toString(),
                        naming));
    }
}
