package io.millrace.cluster.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.StreamRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Epochs and states of a transactional id, as in Kafka (KIP-98, KIP-360, KIP-890). */
class TransactionMetadataTest {

    private static final int V1 = 1;
    private static final int V2 = 2;
    private static final Set<TransactionPartition> PARTITIONS = Set.of(new TransactionPartition("t", 3));

    private final TransactionMetadata begun =
            TransactionMetadata.created("id", 7, 1_000, 1).begun(1_000, ProducerIdentity.NONE, 2);

    @Test
    void aProducerBeginsWithEpochZeroAndTheNextOneWithAnother() {
        assertThat(begun.identity()).isEqualTo(new ProducerIdentity(7, (short) 0));
        assertThat(begun.begun(1_000, ProducerIdentity.NONE, 3).epoch()).isEqualTo((short) 1);
    }

    @Test
    void aProducerThatGoesOnAfterAnErrorGetsAnotherEpochOnceHoweverOftenItAsks() {
        ProducerIdentity before = begun.identity();
        TransactionMetadata next = begun.begun(1_000, before, 3);
        assertThat(next.epoch()).isEqualTo((short) 1);
        assertThat(next.begun(1_000, before, 4).epoch()).isEqualTo((short) 1);
        TransactionMetadata other = next.begun(1_000, ProducerIdentity.NONE, 5);
        assertError(ErrorCode.PRODUCER_FENCED, () -> other.begun(1_000, before, 6));
    }

    @Test
    void whenTheEpochsAreUsedUpTheProducerGetsAnotherId() {
        TransactionMetadata last = withEpoch((short) (Short.MAX_VALUE - 1));
        assertThat(last.isExhausted()).isTrue();
        TransactionMetadata next = last.begunAs(8, 1_000, true, 3);
        assertThat(next.identity()).isEqualTo(new ProducerIdentity(8, (short) 0));
        assertThat(next.mayContinue(last.identity())).as("it asks again").isTrue();
        TransactionMetadata ended = last.withPartitions(PARTITIONS, V2, 3).ended(true, V2, 8, 4);
        assertThat(ended.epoch()).as("of the marker").isEqualTo(Short.MAX_VALUE);
        assertThat(ended.completed(5).identity()).isEqualTo(new ProducerIdentity(8, (short) 0));
        assertThat(EndDecision.of(ended.completed(5), last.identity(), true, V2, false))
                .isEqualTo(EndDecision.DONE);
    }

    @Test
    void fencingNeverGoesAboveTheLastEpoch() {
        TransactionMetadata last = withEpoch(Short.MAX_VALUE).withPartitions(PARTITIONS, V1, 3);
        assertThat(last.fenced(4).epoch()).isEqualTo(Short.MAX_VALUE);
    }

    @Test
    void endingAsksForTheRightEpochIdAndOutcome() {
        TransactionMetadata ongoing = begun.withPartitions(PARTITIONS, V1, 3);
        assertThat(EndDecision.of(ongoing, begun.identity(), true, V1, false)).isEqualTo(EndDecision.END);
        assertError(
                ErrorCode.PRODUCER_FENCED,
                () -> EndDecision.of(ongoing, new ProducerIdentity(7, (short) 1), true, V1, false));
        assertError(
                ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                () -> EndDecision.of(ongoing, new ProducerIdentity(9, (short) 0), true, V1, false));
        assertError(ErrorCode.CONCURRENT_TRANSACTIONS, () -> EndDecision.of(ongoing, begun.identity(), true, V1, true));
        TransactionMetadata prepared = ongoing.ended(true, V1, ProducerIdentity.NO_ID, 4);
        assertError(
                ErrorCode.CONCURRENT_TRANSACTIONS, () -> EndDecision.of(prepared, begun.identity(), true, V1, false));
        assertError(ErrorCode.INVALID_TXN_STATE, () -> EndDecision.of(prepared, begun.identity(), false, V1, false));
        assertThat(EndDecision.of(prepared.completed(5), begun.identity(), true, V1, false))
                .isEqualTo(EndDecision.DONE);
        assertError(
                ErrorCode.INVALID_TXN_STATE,
                () -> EndDecision.of(prepared.completed(5), begun.identity(), false, V1, false));
    }

    @Test
    void withAnEpochForEachTransactionTheSameEndAgainIsKnownByItsEpoch() {
        TransactionMetadata prepared =
                begun.withPartitions(PARTITIONS, V2, 3).ended(true, V2, ProducerIdentity.NO_ID, 4);
        TransactionMetadata completed = prepared.completed(5);
        assertThat(completed.epoch()).isEqualTo((short) 1);
        assertThat(EndDecision.of(completed, begun.identity(), true, V2, false)).isEqualTo(EndDecision.DONE);
        assertError(
                ErrorCode.INVALID_TXN_STATE, () -> EndDecision.of(completed, completed.identity(), true, V2, false));
        assertThat(EndDecision.of(completed, completed.identity(), false, V2, false))
                .as("the abort of a transaction without partitions")
                .isEqualTo(EndDecision.END);
        assertError(
                ErrorCode.CONCURRENT_TRANSACTIONS,
                () -> EndDecision.of(prepared, prepared.identity(), false, V2, false));
    }

    /** Trap 39. */
    @Test
    void endingAnEmptyTransactionSucceeds() {
        assertThat(EndDecision.of(begun, begun.identity(), true, V1, false)).isEqualTo(EndDecision.DONE);
        assertThat(EndDecision.of(begun, begun.identity(), false, V1, false)).isEqualTo(EndDecision.DONE);
        assertThat(EndDecision.of(begun, begun.identity(), false, V2, false)).isEqualTo(EndDecision.END);
    }

    @Test
    void recordsComeBackAsTheyWere() {
        TransactionMetadata ongoing = begun.withPartitions(PARTITIONS, V2, 3);
        List<StreamRecord> records = new ArrayList<>();
        RecordBatches.forEach(TransactionRecords.batch(ongoing, 9), 0, records::add);
        StreamRecord record = records.get(0);
        assertThat(TransactionRecords.transactionalId(record.key())).isEqualTo("id");
        assertThat(TransactionRecords.metadata("id", record.value())).isEqualTo(ongoing);
    }

    private TransactionMetadata withEpoch(short epoch) {
        return new TransactionMetadata(
                "id",
                7,
                ProducerIdentity.NO_ID,
                ProducerIdentity.NO_ID,
                epoch,
                ProducerIdentity.NO_EPOCH,
                1_000,
                TransactionState.EMPTY,
                Set.of(),
                -1,
                1,
                V2);
    }

    private static void assertError(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
