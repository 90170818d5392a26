package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StreamAdmissionTest {

    /** Near the end of its range, where the clock of a process may be, too. */
    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(1_500));

    @Test
    void inASecondAsManyComeInAsTheRateSaysAndLaterMore() {
        StreamAdmission admission = admission(GatewayLimits.builder().streamsPerSecondMax(10));
        for (int second = 0; second < 5; second++) {
            for (int i = 0; i < 10; i++) {
                admission.enter("a");
            }
            assertThatThrownBy(() -> admission.enter("b")).hasMessageContaining("gateway.streamsPerSecondMax");
            nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
        assertThat(admission.open()).isEqualTo(50);
        nanoTime.addAndGet(TimeUnit.MINUTES.toNanos(1));
        for (int i = 0; i < 10; i++) {
            admission.enter("a");
        }
        assertThatThrownBy(() -> admission.enter("a")).hasMessageContaining("10 streams a second");
        nanoTime.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        admission.enter("a");
    }

    @Test
    void anAddressHasItsOwnLargestNumberAndIsForgottenWithItsLastStream() {
        StreamAdmission admission = admission(GatewayLimits.builder().streamsPerAddressMax(2));
        admission.enter("a");
        admission.enter("a");
        assertThatThrownBy(() -> admission.enter("a")).hasMessageContaining("gateway.streamsPerAddressMax");
        admission.enter("b");
        admission.leave("a");
        admission.enter("a");
        admission.leave("a");
        admission.leave("a");
        admission.leave("b");
        assertThat(admission.open()).isZero();
        assertThat(admission.addresses()).isZero();
    }

    @Test
    void aNodeThatDrainsLetsNobodyInAndKnowsWhenAllAreGone() {
        StreamAdmission admission = admission(GatewayLimits.builder().streamsMax(1));
        admission.enter("a");
        assertThatThrownBy(() -> admission.enter("a")).hasMessageContaining("gateway.streamsMax");
        assertThat(admission.drain().isComplete()).isFalse();
        assertThatThrownBy(() -> admission.enter("a")).hasMessageContaining("is stopping");
        admission.leave("a");
        assertThat(admission.drain().succeeded()).isTrue();
    }

    private StreamAdmission admission(GatewayLimitsBuilder limits) {
        return new StreamAdmission(limits.build(), nanoTime::get);
    }
}
