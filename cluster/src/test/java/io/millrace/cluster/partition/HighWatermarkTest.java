package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HighWatermarkTest {

    private final Object lock = new Object();
    private final HighWatermark highWatermark = new HighWatermark(5, lock);

    @Test
    void itIsMovedUnderTheLockOfItsPartitionOnly() {
        assertThatThrownBy(() -> highWatermark.raise(7)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> highWatermark.lower(3)).isInstanceOf(IllegalStateException.class);
        assertThat(highWatermark.value()).isEqualTo(5);

        synchronized (lock) {
            assertThat(highWatermark.raise(7)).isTrue();
            assertThat(highWatermark.raise(6)).isFalse();
            highWatermark.lower(9);
            assertThat(highWatermark.value()).isEqualTo(7);
            highWatermark.lower(3);
        }
        assertThat(highWatermark.value()).isEqualTo(3);
    }
}
