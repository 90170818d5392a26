package io.millrace.storage.crash;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A crash in every change of the disk that an operation makes (T40). After each: what was reported durable is there byte for
 * byte, nothing is there that was not sent, epochs only grow, every sequence is stored once, the log start does not go back, and
 * the log goes on. What is done in each test is in {@link Scenarios}.
 */
@ExtendWith(Quiet.class)
class CrashAtEveryOperationTest {

    @Test
    void appendsToSeveralPartitions() throws IOException {
        EveryCrashPoint.of(Scenarios.APPEND);
    }

    @Test
    void appendsThatOnlyPromiseToSurviveAKill() throws IOException {
        EveryCrashPoint.of(Scenarios.APPEND_OS);
    }

    @Test
    void appendsThatBeginSegments() throws IOException {
        EveryCrashPoint.of(Scenarios.ROLL);
    }

    @Test
    void checkpoints() throws IOException {
        EveryCrashPoint.of(Scenarios.CHECKPOINT);
    }

    @Test
    void recordsDeletedAtTheStart() throws IOException {
        EveryCrashPoint.of(Scenarios.DELETE_RECORDS);
    }

    @Test
    void retentionBySize() throws IOException {
        EveryCrashPoint.of(Scenarios.RETENTION);
    }

    @Test
    void retentionOfEverything() throws IOException {
        EveryCrashPoint.of(Scenarios.RETENTION_OF_EVERYTHING);
    }

    @Test
    void logsThatAreCut() throws IOException {
        EveryCrashPoint.of(Scenarios.TRUNCATION);
    }

    @Test
    void logsThatGoOnElsewhere() throws IOException {
        EveryCrashPoint.of(Scenarios.RESTART);
    }

    @Test
    void logsThatGoOnElsewhereWithoutAJournal() throws IOException {
        EveryCrashPoint.of(Scenarios.RESTART.withoutJournal());
    }

    @Test
    void startsAfterALogWentOnElsewhere() throws IOException {
        EveryCrashPoint.ofTheStartAfter(Scenarios.RESTART);
    }

    @Test
    void snapshotsOfTheProducers() throws IOException {
        EveryCrashPoint.of(Scenarios.PRODUCER_SNAPSHOT);
    }

    @Test
    void transactionsThatCommitAndAbort() throws IOException {
        EveryCrashPoint.of(Scenarios.TRANSACTIONS);
    }

    @Test
    void transactionsThatCommitAndAbortWithoutAJournal() throws IOException {
        EveryCrashPoint.of(Scenarios.TRANSACTIONS.withoutJournal());
    }

    @Test
    void startsAfterTransactions() throws IOException {
        EveryCrashPoint.ofTheStartAfter(Scenarios.TRANSACTIONS);
    }

    @Test
    void leaderEpochsThatBegin() throws IOException {
        EveryCrashPoint.of(Scenarios.LEADER_EPOCH);
    }

    @Test
    void logsThatAreCreatedAndDeleted() throws IOException {
        EveryCrashPoint.of(Scenarios.CREATE_AND_DELETE);
    }

    @Test
    void stopsInOrder() throws IOException {
        EveryCrashPoint.of(Scenarios.CLEAN_SHUTDOWN);
    }

    @Test
    void startsAfterACrash() throws IOException {
        EveryCrashPoint.ofTheStartAfter(Scenarios.START);
    }

    @Test
    void startsAfterEverythingWasDeleted() throws IOException {
        EveryCrashPoint.ofTheStartAfter(Scenarios.START_OF_AN_EMPTY_LOG);
    }

    @Test
    void journalsWhoseFilesAreUsedAgain() throws IOException {
        EveryCrashPoint.of(Scenarios.JOURNAL_ROUND);
    }

    @Test
    void appendsWithoutAJournal() throws IOException {
        EveryCrashPoint.of(Scenarios.APPEND.withoutJournal());
    }

    @Test
    void appendsThatBeginSegmentsWithoutAJournal() throws IOException {
        EveryCrashPoint.of(Scenarios.ROLL.withoutJournal());
    }

    @Test
    void logsThatAreCutWithoutAJournal() throws IOException {
        EveryCrashPoint.of(Scenarios.TRUNCATION.withoutJournal());
    }

    @Test
    void recordsDeletedAtTheStartWithoutAJournal() throws IOException {
        EveryCrashPoint.of(Scenarios.DELETE_RECORDS.withoutJournal());
    }

    @Test
    void segmentsThatOnlyTheNextStartRemoves() throws IOException {
        EveryCrashPoint.of(Scenarios.DELETE_ALL_AND_ROLL);
    }

    @Test
    void logsThatAreCutBelowASnapshot() throws IOException {
        EveryCrashPoint.of(Scenarios.CUT_BELOW_A_SNAPSHOT);
    }
}
