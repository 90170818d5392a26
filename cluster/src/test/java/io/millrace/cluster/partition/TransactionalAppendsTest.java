package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.TransactionMarkers;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule T29: what is stored of a transaction waits for its coordinator, in order. */
class TransactionalAppendsTest {

    private static final ProducerTransaction TRANSACTION = new ProducerTransaction("id", true);

    @TempDir
    Path directory;

    private final List<Promise<Void>> asked = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private LogManager logs;
    private PartitionLog log;
    private TransactionalAppends appends;

    @BeforeEach
    void open() throws IOException {
        logs = LogManager.open(StorageConfig.defaults(directory), Clock.systemUTC(), StorageMetrics.NONE);
        log = logs.create(new TopicPartition(UUID.randomUUID(), "t", 0), LogConfig.defaults())
                .toCompletableFuture()
                .join();
        appends = new TransactionalAppends(log, (partition, transaction, producerId, epoch) -> {
            Promise<Void> answer = Promise.promise();
            asked.add(answer);
            return answer.future();
        });
    }

    @AfterEach
    void close() {
        logs.close();
    }

    @Test
    void batchesWaitForOneAnswerAndGoOnInTheirOrder() {
        append((short) 0, "a");
        append((short) 0, "b");
        assertThat(done).isEmpty();
        assertThat(asked).hasSize(1);
        asked.get(0).complete();
        append((short) 0, "c");
        assertThat(done).containsExactly("a", "b", "c");
        assertThat(asked).hasSize(1);
    }

    @Test
    void whoIsRefusedIsAskedForAgainTheNextTime() {
        append((short) 0, "a");
        append((short) 0, "b");
        asked.get(0).fail(new MillraceException(ErrorCode.INVALID_TXN_STATE, "not part of it"));
        assertThat(done).containsExactly("a refused", "b refused");
        assertThat(log.tickets().size()).isZero();
        append((short) 0, "c");
        assertThat(asked).hasSize(2);
    }

    @Test
    void anotherEpochIsAskedForAnewAndTheOldTicketIsWorthless() {
        append((short) 0, "a");
        append((short) 1, "b");
        assertThat(asked).hasSize(2);
        asked.get(0).complete();
        asked.get(1).complete();
        assertThat(done).containsExactly("a without ticket", "b");
    }

    @Test
    void afterTheMarkerTheNextTransactionIsAskedForAnew() {
        ProducerTransaction sameEpoch = new ProducerTransaction("id", false);
        append((short) 0, "a", sameEpoch);
        asked.get(0).complete();
        log.appendMarker(TransactionMarkers.batch(7, (short) 0, 0, true, 1), 0, false)
                .toCompletableFuture()
                .join();

        append((short) 0, "b", sameEpoch);
        assertThat(asked).hasSize(2);
        asked.get(1).complete();
        assertThat(done).containsExactly("a", "b");
    }

    @Test
    void aBatchOfATransactionWithoutAnIdIsRefused() {
        append((short) 0, "a", null);

        assertThat(done).containsExactly("a refused");
        assertThat(asked).isEmpty();
    }

    private void append(short epoch, String name) {
        append(epoch, name, TRANSACTION);
    }

    private void append(short epoch, String name, ProducerTransaction transaction) {
        ByteBuffer batch = MemoryRecords.withTransactionalRecords(
                        Compression.NONE, 7, epoch, 0, new SimpleRecord("v".getBytes()))
                .buffer();
        appends.append(
                new AppendCommand(log.topicPartition(), batch, Acks.ALL, 1_000, transaction, AppendCommand.ANY_EPOCH),
                ticket -> done.add(ticket.isValid() ? name : name + " without ticket"),
                refusal -> done.add(name + " refused"));
    }
}
