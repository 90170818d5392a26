package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.FreePorts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own program for the verification of transactions. */
@Tag("slow")
class TransactionalCopierIT {

    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final int RECORDS = 20_000;

    @TempDir
    Path directory;

    @Test
    void theCopyEqualsTheInputThoughTransactionsAbortAndTheNodeIsKilled() throws Exception {
        List<String> input =
                IntStream.range(0, RECORDS).mapToObj(i -> "record " + i).toList();
        String samePort = "kafka.port=" + FreePorts.next();
        MillraceNode node = MillraceNode.start(directory.resolve("node"), samePort);
        String bootstrap = node.bootstrap();
        try {
            TestClient client = new TestClient(bootstrap);
            client.create("input", 1);
            client.create("output", 1);
            client.produce("input", input);
            try (ForeignProcess copier = copier(bootstrap)) {
                client.committed("output", all -> all.size() > RECORDS / 4, PATIENCE);
                node.kill();
                node = MillraceNode.start(directory.resolve("node"), samePort);
                copier.awaitLine("\"remaining\":0", PATIENCE);
            }
            assertThat(client.committed("output", all -> all.size() >= RECORDS, PATIENCE))
                    .extracting(each -> new String(each.value(), StandardCharsets.UTF_8))
                    .containsExactlyElementsOf(input);
        } finally {
            node.close();
        }
    }

    private static ForeignProcess copier(String bootstrap) throws Exception {
        return ForeignProcess.startJava(
                ClassPaths.kafka(),
                "org.apache.kafka.tools.TransactionalMessageCopier",
                List.of(
                        "--broker-list",
                        bootstrap,
                        "--input-topic",
                        "input",
                        "--input-partition",
                        "0",
                        "--output-topic",
                        "output",
                        "--max-messages",
                        String.valueOf(RECORDS),
                        "--consumer-group",
                        "copiers",
                        "--transaction-size",
                        "100",
                        "--transactional-id",
                        "copier",
                        "--enable-random-aborts"));
    }
}
