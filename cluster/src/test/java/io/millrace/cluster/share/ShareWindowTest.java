package io.millrace.cluster.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShareWindowTest {

    private static final int LOCK_MS = 1_000;
    private static final ShareLimits LIMITS = new ShareLimits(LOCK_MS, 3, 100);

    private final ShareWindow window = new ShareWindow(10, List.of());
    private long nowMs;

    private static LogBatch batch(long first, long last) {
        return new LogBatch(first, last, true);
    }

    private static LogBatch marker(long offset) {
        return new LogBatch(offset, offset, false);
    }

    private static AcquiredRecords acquired(long first, long last, int count) {
        return new AcquiredRecords(first, last, count);
    }

    private List<AcquiredRecords> acquire(String member, int maxRecords, LogBatch... batches) {
        return acquire(member, maxRecords, false, batches);
    }

    private List<AcquiredRecords> acquire(String member, int maxRecords, boolean strictly, LogBatch... batches) {
        long from = window.nextFetchOffset(LIMITS).orElseThrow();
        return window.acquire(member, List.of(batches), from, maxRecords, strictly, LIMITS, nowMs);
    }

    private Change acknowledge(String member, long first, long last, AckType... types) {
        return window.acknowledge(member, List.of(new AckBatch(first, last, List.of(types))), LIMITS, nowMs);
    }

    private void acknowledged(String member, long first, long last, AckType... types) {
        window.settle(List.of(acknowledge(member, first, last, types)), true);
    }

    private void assertNotHeld(String member, long first, long last) {
        assertThatThrownBy(() -> acknowledge(member, first, last, AckType.ACCEPT))
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_RECORD_STATE));
    }

    @Test
    void batchesAreGivenWholeUntilThereAreEnoughRecords() {
        assertThat(acquire("a", 5, batch(10, 13), batch(14, 17), batch(18, 20))).containsExactly(acquired(10, 17, 1));
        assertThat(window.nextFetchOffset(LIMITS)).hasValue(18);
    }

    @Test
    void strictlyNoRecordMoreIsGivenThanWasAskedFor() {
        assertThat(acquire("a", 5, true, batch(10, 13), batch(14, 17))).containsExactly(acquired(10, 14, 1));
        assertThat(acquire("b", 5, true, batch(14, 17))).containsExactly(acquired(15, 17, 1));
    }

    @Test
    void aRecordThatOneMemberHasIsNotGivenToAnother() {
        acquire("a", 4, batch(10, 13));

        assertThat(acquire("b", 4, batch(14, 17))).containsExactly(acquired(14, 17, 1));
        assertNotHeld("b", 12, 14);
        assertNotHeld("a", 13, 14);
        assertNotHeld("a", 17, 18);
    }

    @Test
    void theStartMovesPastWhatIsDoneWithWhenThatIsStored() {
        acquire("a", 10, batch(10, 19));
        acknowledged("a", 13, 15, AckType.ACCEPT);
        assertThat(window.startOffset()).isEqualTo(10);

        Change first = acknowledge("a", 10, 12, AckType.ACCEPT);
        assertThat(window.startOffset()).isEqualTo(10);
        assertThat(window.update(List.of(first))).isEqualTo(new StateUpdate(16, 0, List.of()));
        window.settle(List.of(first), true);

        assertThat(window.startOffset()).isEqualTo(16);
    }

    @Test
    void whatIsStoredSaysWhatHasChangedAndHowMuchIsDoneWith() {
        acquire("a", 10, batch(10, 19));
        Change change =
                acknowledge("a", 12, 16, AckType.ACCEPT, AckType.REJECT, AckType.RELEASE, AckType.GAP, AckType.ACCEPT);

        assertThat(window.update(List.of(change)))
                .isEqualTo(new StateUpdate(
                        10,
                        4,
                        List.of(
                                new StateBatch(12, 12, DeliveryState.ACKNOWLEDGED, 1),
                                new StateBatch(13, 13, DeliveryState.ARCHIVED, 1),
                                new StateBatch(14, 14, DeliveryState.AVAILABLE, 1),
                                new StateBatch(15, 15, DeliveryState.ARCHIVED, 1),
                                new StateBatch(16, 16, DeliveryState.ACKNOWLEDGED, 1))));
    }

    @Test
    void whatCouldNotBeStoredIsTheMembersStill() {
        acquire("a", 4, batch(10, 13));
        Change change = acknowledge("a", 10, 13, AckType.ACCEPT);
        assertNotHeld("a", 10, 10);

        window.settle(List.of(change), false);

        acknowledged("a", 10, 13, AckType.ACCEPT);
        assertThat(window.startOffset()).isEqualTo(14);
    }

    @Test
    void anAcknowledgementThatIsPartlyWrongChangesNothing() {
        acquire("a", 4, batch(10, 13));

        assertThatThrownBy(() -> window.acknowledge(
                        "a",
                        List.of(
                                new AckBatch(10, 11, List.of(AckType.ACCEPT)),
                                new AckBatch(13, 14, List.of(AckType.ACCEPT))),
                        LIMITS,
                        nowMs))
                .isInstanceOf(MillraceException.class);

        acknowledged("a", 10, 13, AckType.ACCEPT);
        assertThat(window.startOffset()).isEqualTo(14);
    }

    @Test
    void whatAMemberHasForTooLongIsGivenToAnother() {
        acquire("a", 4, batch(10, 13));
        assertThat(window.nextLockEndMs()).hasValue(LOCK_MS);
        nowMs = LOCK_MS - 1;
        assertThat(window.expire(LIMITS, nowMs).isEmpty()).isTrue();

        nowMs = LOCK_MS;
        Change change = window.expire(LIMITS, nowMs);

        assertThat(window.update(List.of(change)).batches())
                .containsExactly(new StateBatch(10, 13, DeliveryState.AVAILABLE, 1));
        assertNotHeld("a", 10, 10);
        assertThat(acquire("b", 2, batch(10, 13))).containsExactly(acquired(10, 13, 2));
    }

    @Test
    void aRecordThatIsRenewedStaysWithItsMember() {
        acquire("a", 4, batch(10, 13));
        nowMs = LOCK_MS / 2;

        assertThat(acknowledge("a", 10, 11, AckType.RENEW).isEmpty()).isTrue();
        nowMs = LOCK_MS;
        window.expire(LIMITS, nowMs);

        assertThat(acquire("b", 10, batch(10, 13))).containsExactly(acquired(12, 13, 2));
    }

    @Test
    void aRecordIsGivenUpWhenItWasDeliveredTooOften() {
        for (int count = 1; count <= 3; count++) {
            assertThat(acquire("a", 1, batch(10, 10))).containsExactly(acquired(10, 10, count));
            acknowledged("a", 10, 10, AckType.RELEASE);
        }

        assertThat(window.startOffset()).isEqualTo(11);
        assertThat(window.nextFetchOffset(LIMITS)).hasValue(11);
        assertThat(window.givenUp()).isEqualTo(1);
    }

    @Test
    void whatIsGivenUpIsCountedOnceHoweverItCameToThat() {
        ShareLimits once = new ShareLimits(LOCK_MS, 1, 100);
        window.acquire("a", List.of(batch(10, 19)), 10, 100, false, once, nowMs);
        Change change = window.acknowledge(
                "a",
                List.of(
                        new AckBatch(10, 10, List.of(AckType.ACCEPT)),
                        new AckBatch(11, 11, List.of(AckType.REJECT)),
                        new AckBatch(12, 13, List.of(AckType.RELEASE))),
                once,
                nowMs);
        assertThat(window.givenUp()).isZero();
        window.settle(List.of(change), false);
        assertThat(window.givenUp()).isZero();
        window.settle(
                List.of(window.acknowledge("a", List.of(new AckBatch(12, 13, List.of(AckType.RELEASE))), once, nowMs)),
                true);
        assertThat(window.givenUp()).isEqualTo(2);
        assertThat(window.inFlight()).isEqualTo(8);

        window.settle(List.of(window.expire(once, nowMs + LOCK_MS)), true);

        assertThat(window.givenUp()).isEqualTo(10);
        assertThat(window.inFlight()).isZero();
    }

    @Test
    void whatAnotherReignDeliveredAsOftenAsMayBeIsGivenUpToo() {
        ShareWindow next = new ShareWindow(10, List.of(new StateBatch(10, 12, DeliveryState.AVAILABLE, 3)));

        next.acquire("a", List.of(batch(10, 13)), 10, 100, false, LIMITS, nowMs);

        assertThat(next.givenUp()).isEqualTo(3);
        assertThat(next.inFlight()).isEqualTo(1);
    }

    @Test
    void whatAMemberThatIsGoneHadIsGivenToOthers() {
        acquire("a", 4, batch(10, 13));
        acquire("b", 4, batch(14, 17));

        window.release("a", LIMITS);

        assertThat(acquire("c", 10, batch(10, 13), batch(14, 17), batch(18, 18)))
                .containsExactly(acquired(10, 13, 2), acquired(18, 18, 1));
    }

    @Test
    void markersAndOffsetsThatAreNotThereAreNotGivenToAnybody() {
        assertThat(acquire("a", 10, batch(11, 11), marker(12), batch(15, 16)))
                .containsExactly(acquired(11, 11, 1), acquired(15, 16, 1));
        acknowledged("a", 11, 11, AckType.ACCEPT);

        assertThat(window.startOffset()).isEqualTo(15);
    }

    @Test
    void noMoreRecordsAreUnderWayThanMayBe() {
        ShareLimits narrow = new ShareLimits(LOCK_MS, 3, 4);
        window.acquire("a", List.of(batch(10, 13)), 10, 100, false, narrow, nowMs);

        assertThat(window.nextFetchOffset(narrow)).isEmpty();
        acknowledged("a", 10, 10, AckType.RELEASE);
        assertThat(window.nextFetchOffset(narrow)).hasValue(10);
    }

    @Test
    void whatWasStoredOfABatchIsGivenOutThoughTheRestOfItHasNoRoom() {
        ShareLimits narrow = new ShareLimits(LOCK_MS, 3, 4);
        ShareWindow full = new ShareWindow(10, List.of(new StateBatch(13, 13, DeliveryState.AVAILABLE, 1)));

        assertThat(full.acquire("a", List.of(batch(12, 20)), 10, 100, false, narrow, 0))
                .containsExactly(acquired(12, 12, 1), acquired(13, 13, 2));

        assertThat(full.startOffset()).isEqualTo(12);
        assertThat(full.endOffset()).isEqualTo(14);
    }

    @Test
    void whatIsBelowTheStartOfTheLogIsForgotten() {
        acquire("a", 2, batch(10, 11));
        window.logStartsAt(20);
        assertThat(window.startOffset()).isEqualTo(10);

        acknowledged("a", 10, 11, AckType.RELEASE);
        window.logStartsAt(20);

        assertThat(window.startOffset()).isEqualTo(20);
        assertThat(window.nextFetchOffset(LIMITS)).hasValue(20);
    }

    @Test
    void aNewLeaderGivesOutWhatWasNotDoneWith() {
        ShareWindow next = new ShareWindow(
                10,
                List.of(
                        new StateBatch(10, 11, DeliveryState.ACKNOWLEDGED, 1),
                        new StateBatch(14, 15, DeliveryState.AVAILABLE, 2),
                        new StateBatch(16, 17, DeliveryState.ARCHIVED, 3)));

        assertThat(next.startOffset()).isEqualTo(12);
        assertThat(next.acquire("a", List.of(batch(12, 20)), 12, 100, false, LIMITS, 0))
                .containsExactly(acquired(12, 13, 1), acquired(14, 15, 3), acquired(18, 20, 1));
    }
}
