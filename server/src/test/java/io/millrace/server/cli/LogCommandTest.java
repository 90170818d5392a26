package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCommandTest {

    private static final long TIME_MS = 1_767_225_600_000L;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path partition;
    private Path segment;

    @BeforeEach
    void writeALog() throws Exception {
        partition = directory.resolve("readings-0");
        segment = partition.resolve("00000000000000000000.log");
        TopicPartition readings = new TopicPartition(new UUID(1, 2), "readings", 0);
        try (LogManager logs =
                LogManager.open(StorageConfig.defaults(directory), Clock.systemUTC(), StorageMetrics.NONE)) {
            PartitionLog log = logs.create(readings, LogConfig.defaults())
                    .toCompletableFuture()
                    .get();
            append(log, record("dev-1", "{\"t\":21.5}".getBytes(StandardCharsets.UTF_8)), record("dev-2", null));
            append(log, record("\u001b[31m", new byte[] {(byte) 0xff, 0}));
        }
    }

    @Test
    void aSegmentIsDumpedBatchByBatch() {
        assertThat(run("log", "dump", segment.toString())).isEqualTo(ExitCode.OK);

        assertThat(lines())
                .containsExactly(
                        segment.toString(),
                        "  @0         offsets 0..1  records 2  epoch 3  95 bytes  codec none  crc ok  CreateTime"
                                + " 2026-01-01T00:00:00Z",
                        "  @95        offsets 2..2  records 1  epoch 3  75 bytes  codec none  crc ok  CreateTime"
                                + " 2026-01-01T00:00:00Z");
    }

    @Test
    void recordsAreShownOnRequestAndCannotMoveTheCursor() {
        run("log", "dump", "--records", segment.toString());

        assertThat(lines())
                .filteredOn(line -> line.startsWith("    "))
                .containsExactly(
                        "    0  2026-01-01T00:00:00Z  dev-1  {\"t\":21.5}",
                        "    1  2026-01-01T00:00:00Z  dev-2  -",
                        "    2  2026-01-01T00:00:00Z  \u00b7[31m  0xff00");
    }

    @Test
    void jsonIsOneObjectInEachLine() throws IOException {
        run("log", "dump", "--json", "--records", segment.toString());

        List<JsonNode> objects = new ArrayList<>();
        for (String line : lines()) {
            objects.add(NodeClient.JSON.readTree(line));
        }
        assertThat(objects)
                .extracting(it -> it.path("type").asText())
                .containsExactly("batch", "record", "record", "batch", "record");
        assertThat(objects.get(0).path("leaderEpoch").asInt()).isEqualTo(3);
        assertThat(objects.get(0).path("crcOk").asBoolean()).isTrue();
        assertThat(objects.get(1).path("value").asText()).isEqualTo("{\"t\":21.5}");
        assertThat(objects.get(2).path("value").isNull()).isTrue();
        assertThat(objects.get(4).path("value_base64").asText()).isEqualTo("/wA=");
        assertThat(objects).allMatch(it -> it.path("file").asText().equals(segment.toString()));
    }

    @Test
    void aDirectoryIsDumpedFileByFile() {
        assertThat(run("log", "dump", directory.toString())).isEqualTo(ExitCode.OK);

        assertThat(out.toString())
                .contains(
                        partition.resolve("leader-epochs") + "\n  leaderEpoch  leaderEpoch=3  startOffset=0\n",
                        "00000000000000000000.index\n  index  baseOffset=0  entryCount=0  complete=true\n",
                        "  timeIndexEntry  position=16  timestampMs=" + TIME_MS
                                + " (2026-01-01T00:00:00Z)  batchBaseOffset=0\n",
                        "  partitionMetadata  topicId=00000000-0000-0001-0000-000000000002  createdMs=",
                        "  recoveryPoint  topicId=00000000-0000-0001-0000-000000000002  partition=0  offset=3\n",
                        "  cleanShutdown  stoppedMs=");
    }

    @Test
    void aHealthyDirectoryIsVerifiedWithZero() {
        assertThat(run("log", "verify", directory.toString())).isEqualTo(0);

        assertThat(lines())
                .containsExactly("healthy: 1 partition, 1 segment, 2 sound batches, 170 bytes; 0 damages, 0 notes");
    }

    @Test
    void aDamagedDirectoryIsVerifiedWithOneAndTheByteIsNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[70] ^= 4;
        Files.write(segment, bytes);

        assertThat(run("log", "verify", partition.toString())).isEqualTo(1);
        assertThat(lines().get(0))
                .startsWith("damage  " + segment + ", byte 0: the checksum (CRC32C) of the batch at offset 0 is wrong;"
                        + " sound batches go on at byte 95. ");
        assertThat(out.toString()).contains("damaged: 1 partition,");

        out.getBuffer().setLength(0);
        run("log", "dump", segment.toString());
        assertThat(lines().get(1)).contains("crc WRONG");
    }

    @Test
    void whatCannotBeReadIsAnsweredWithTwo() throws IOException {
        Path foreign = Files.writeString(directory.resolve("notes.txt"), "not ours");
        for (String[] line : new String[][] {
            {"log", "verify", directory.resolve("nowhere").toString()},
            {"log", "verify", Files.createDirectory(directory.resolve("empty")).toString()},
            {"log", "dump", directory.resolve("nowhere.log").toString()},
            {"log", "dump", foreign.toString()}
        }) {
            err.getBuffer().setLength(0);
            assertThat(run(line)).isEqualTo(2);
            assertThat(err.toString()).startsWith("millrace: ");
        }
    }

    private int run(String... arguments) {
        return MillraceCommand.commandLine(arguments)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    private static NewRecord record(String key, byte[] value) {
        return new NewRecord(TIME_MS, key.getBytes(StandardCharsets.UTF_8), value, List.of());
    }

    private static void append(PartitionLog log, NewRecord... records) throws Exception {
        log.append(RecordBatches.build(List.of(records), TIME_MS), 3, AppendOrigin.CLIENT)
                .toCompletableFuture()
                .get();
    }
}
