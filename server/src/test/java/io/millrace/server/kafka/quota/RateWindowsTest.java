package io.millrace.server.kafka.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Ten windows of a second that are over, and the present one. */
class RateWindowsTest {

    private static final long BEGIN_MS = 1_000_000;

    private final RateWindows windows = new RateWindows(11, 1_000, BEGIN_MS);

    @Test
    void whatFitsIntoTheWindowsIsNotThrottled() {
        assertThat(windows.record(10_000, 1_000, BEGIN_MS)).isZero();
    }

    @Test
    void whoUsedMoreWaitsUntilTheRateIsRightAgain() {
        assertThat(windows.record(10_000 + 500, 1_000, BEGIN_MS)).isEqualTo(500);
        assertThat(windows.record(0, 1_000, BEGIN_MS + 500)).isZero();
    }

    @Test
    void whatWasUsedBeforeTheOldestWindowIsForgotten() {
        windows.record(20_000, 1_000, BEGIN_MS);

        assertThat(windows.record(9_000, 1_000, BEGIN_MS + 11_000)).isZero();
    }

    @Test
    void aLongSilenceForgetsEverything() {
        windows.record(1_000_000, 1_000, BEGIN_MS);

        assertThat(windows.record(10_000, 1_000, BEGIN_MS + 3_600_000)).isZero();
    }
}
