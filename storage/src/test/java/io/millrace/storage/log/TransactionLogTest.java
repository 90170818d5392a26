package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.appendAny;
import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogException;
import io.millrace.storage.LogHistory;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TestLogs.LogConfigs;
import io.millrace.storage.producer.TransactionTicket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules T29 and T30: what a log knows of its transactions. */
class TransactionLogTest {

    private static final long EVERYTHING = Long.MAX_VALUE;

    @TempDir
    Path directory;

    private LogManager logs;
    private PartitionLog log;

    @BeforeEach
    void open() throws IOException {
        logs = TestLogs.open(directory);
        log = TestLogs.create(logs, TestLogs.segmentBytes(500));
    }

    @AfterEach
    void close() {
        logs.close();
    }

    @Test
    void whatIsUndecidedBeginsAtTheOldestOpenTransactionAndWaitsForItsMarkerToBeReplicated() {
        append(TestBatch.of("a"));
        append(data(7, 0, 0));
        append(data(8, 0, 0));
        assertThat(log.transactions().firstUndecided(3)).isEqualTo(1);
        append(TestBatch.marker(7, 0, true, 0));
        assertThat(log.transactions().firstUndecided(3))
                .as("the marker at offset 3 may still be lost")
                .isEqualTo(1);
        assertThat(log.transactions().firstUndecided(4)).isEqualTo(2);
        append(TestBatch.marker(8, 0, false, 0));
        assertThat(log.transactions().firstUndecided(5)).isEqualTo(EVERYTHING);
    }

    @Test
    void abortedTransactionsAreFoundByTheOffsetsThatTheySpan() {
        append(data(7, 0, 0));
        append(data(8, 0, 0));
        append(TestBatch.marker(7, 0, false, 0));
        append(TestBatch.of("a"));
        append(TestBatch.marker(8, 0, false, 0));
        append(data(7, 0, 1));
        append(TestBatch.marker(7, 0, true, 0));
        assertThat(aborted(0, 8)).containsExactly("7:0-2", "8:1-4");
        assertThat(aborted(0, 1)).containsExactly("7:0-2");
        assertThat(aborted(3, 8)).containsExactly("8:1-4");
        assertThat(aborted(5, 8)).isEmpty();
    }

    @Test
    void aBatchThatComesAfterTheAbortIsRefused() {
        TransactionTicket ticket = log.tickets().issue(7, (short) 0, false);
        append(TestBatch.marker(7, 0, false, 0));
        assertThatThrownBy(() -> await(log.appendTransactional(data(7, 0, 0).build(), 0, ticket)))
                .isInstanceOf(LogException.InvalidTransactionState.class);
        assertThatThrownBy(() -> await(log.append(data(7, 0, 0).build(), 0, AppendOrigin.CLIENT)))
                .isInstanceOf(LogException.InvalidTransactionState.class);
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isEqualTo(EVERYTHING);
    }

    @Test
    void aTicketOfTheLastReignCountsForNothing() {
        TransactionTicket ticket = log.tickets().issue(7, (short) 0, false);
        await(log.beginEpoch(1));
        assertThatThrownBy(() -> await(log.appendTransactional(data(7, 0, 0).build(), 1, ticket)))
                .isInstanceOf(LogException.InvalidTransactionState.class);
    }

    @Test
    void markersOfOldEpochsAndOldCoordinatorsAreRefusedAndNewerOnesFence() {
        append(data(7, 3, 0));
        assertThatThrownBy(() -> append(TestBatch.marker(7, 2, true, 5)))
                .isInstanceOf(LogException.ProducerFenced.class);
        append(TestBatch.marker(7, 4, false, 5));
        assertThatThrownBy(() -> append(data(7, 3, 1))).isInstanceOf(LogException.ProducerFenced.class);
        assertThatThrownBy(() -> append(TestBatch.marker(7, 4, false, 4)))
                .isInstanceOf(LogException.CoordinatorFenced.class);
        append(data(7, 4, 0));
        assertThatThrownBy(() ->
                        await(log.appendMarker(TestBatch.marker(7, 4, false, 5).build(), 0, true)))
                .as("with an epoch for each transaction, a marker that comes again is not for the next one")
                .isInstanceOf(LogException.ProducerFenced.class);
    }

    @Test
    void aProducerInATransactionWritesNothingOutsideOfIt() {
        append(data(7, 0, 0));
        assertThatThrownBy(() -> append(TestBatch.of("b").producer(7, 0, 1)))
                .isInstanceOf(LogException.InvalidTransactionState.class);
    }

    @Test
    void aProducerWithAnEpochForEachTransactionBeginsAtZero() {
        TransactionTicket ticket = log.tickets().issue(7, (short) 1, true);
        assertThatThrownBy(() -> await(log.appendTransactional(data(7, 1, 5).build(), 0, ticket)))
                .isInstanceOf(LogException.OutOfOrderSequence.class);
        await(log.appendTransactional(data(7, 1, 0).build(), 0, ticket));
        await(log.appendTransactional(data(7, 1, 1).build(), 0, ticket));
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isZero();
    }

    @Test
    void transactionsSurviveARestart() throws IOException {
        severalSegments();
        List<String> before = aborted(0, EVERYTHING);
        logs.close();
        open();
        assertThat(aborted(0, EVERYTHING)).isEqualTo(before).hasSize(5);
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isEqualTo(25);
        append(TestBatch.marker(30, 0, false, 0));
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isEqualTo(EVERYTHING);
    }

    @Test
    void whatIsCutOffWasNeverDecided() {
        severalSegments();
        await(log.truncateTo(22));
        assertThat(aborted(0, EVERYTHING)).hasSize(4);
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isEqualTo(20);
        await(log.truncateTo(0));
        assertThat(aborted(0, EVERYTHING)).isEmpty();
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isEqualTo(EVERYTHING);
    }

    @Test
    void aLogThatGoesOnElsewhereKnowsNoTransactions() {
        severalSegments();
        await(log.restartAt(100));
        assertThat(aborted(0, EVERYTHING)).isEmpty();
        assertThat(log.transactions().firstUndecided(EVERYTHING)).isEqualTo(EVERYTHING);
    }

    @Test
    void retentionStopsAtTheFirstOpenTransaction() {
        append(data(30, 0, 0));
        for (int i = 0; i < 20; i++) {
            append(TestBatch.of("x".repeat(100)));
        }
        await(log.updateConfig(LogConfigs.retention(TestLogs.segmentBytes(500), -1, 0)));
        assertThat(await(log.applyRetention(21))).isZero();
        append(TestBatch.marker(30, 0, false, 0));
        assertThat(await(log.applyRetention(22))).isGreaterThan(10);
        assertThat(aborted(0, EVERYTHING)).hasSize(1);
        await(log.advanceLogStart(22));
        assertThat(aborted(0, EVERYTHING)).isEmpty();
    }

    @Test
    void aFollowerLearnsTransactionsFromWhatItCopies() {
        copy(data(7, 0, 0), 0);
        copy(data(8, 0, 0), 1);
        copy(TestBatch.marker(7, 0, false, 0), 2);
        assertThat(aborted(0, 3)).containsExactly("7:0-2");
        assertThat(log.transactions().firstUndecided(3)).isEqualTo(1);
    }

    @Test
    void aProducerInATransactionIsNotForgotten() {
        append(data(30, 0, 0));
        assertThat(await(log.producerStates()))
                .singleElement()
                .satisfies(state -> assertThat(state.transactionStart()).isZero());
    }

    /** Five aborted transactions of five records each, with markers at 4, 9, 14, 19, 24, and one that is open from 25 on. */
    private void severalSegments() {
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 4; j++) {
                append(data(20 + i, 0, j));
            }
            append(TestBatch.marker(20 + i, 0, false, 0));
        }
        append(data(30, 0, 0));
        assertThat(log.segmentCount()).isGreaterThan(3);
    }

    private static TestBatch data(long producer, int epoch, int sequence) {
        return TestBatch.of("perhaps").producer(producer, epoch, sequence).transactional();
    }

    private void append(TestBatch batch) {
        await(appendAny(log, batch.build(), 0));
    }

    private void copy(TestBatch batch, long offset) {
        await(log.appendCopy(batch.copiedFrom(offset, 0).build(), 0, offset, LogHistory.UNKNOWN));
    }

    private List<String> aborted(long from, long to) {
        return log.transactions().abortedBetween(from, to).stream()
                .map(each -> each.producerId() + ":" + each.firstOffset() + "-" + each.lastOffset())
                .toList();
    }
}
