package io.millrace.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.TestBatch;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BatchValidatorTest {

    private final LogConfig config = LogConfig.defaults();

    @Test
    void countsSoundBatches() {
        ByteBuffer one = TestBatch.of("a").build();
        ByteBuffer two = TestBatch.of("b", "c").build();
        ByteBuffer both = ByteBuffer.allocate(one.remaining() + two.remaining())
                .put(one)
                .put(two)
                .flip();
        assertThat(BatchValidator.validate(both, AppendOrigin.CLIENT, config)).isEqualTo(2);
    }

    @Test
    void everyFlippedBitOfTheCheckedPartIsFound() {
        ByteBuffer batch = TestBatch.of("value").build();
        for (int i = BatchHeader.CHECKED_FROM * 8; i < batch.limit() * 8; i++) {
            ByteBuffer flipped =
                    ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
            flipped.put(i / 8, (byte) (flipped.get(i / 8) ^ 1 << i % 8));
            assertThatThrownBy(() -> BatchValidator.validate(flipped, AppendOrigin.CLIENT, config))
                    .isInstanceOf(LogException.CorruptBatch.class);
        }
    }

    @Test
    void everyLengthThatDoesNotFitIsFound() {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 48, 1000, Integer.MAX_VALUE}) {
            ByteBuffer batch = TestBatch.of("value").build().putInt(8, length);
            assertThatThrownBy(() -> BatchValidator.validate(batch, AppendOrigin.CLIENT, config))
                    .isInstanceOf(LogException.CorruptBatch.class);
        }
        for (int size = 0; size < TestBatch.of("value").build().limit(); size++) {
            ByteBuffer cut = TestBatch.of("value").build().limit(size);
            assertThatThrownBy(() -> BatchValidator.validate(cut, AppendOrigin.CLIENT, config))
                    .isInstanceOf(LogException.CorruptBatch.class);
        }
    }

    @Test
    void oldFormatsAreToldApartFromGarbage() {
        ByteBuffer old = TestBatch.of("value").build().put(16, (byte) 0);
        ByteBuffer unknown = TestBatch.of("value").build().put(16, (byte) 9);
        assertThatThrownBy(() -> BatchValidator.validate(old, AppendOrigin.CLIENT, config))
                .isInstanceOf(LogException.UnsupportedFormat.class);
        assertThatThrownBy(() -> BatchValidator.validate(unknown, AppendOrigin.CLIENT, config))
                .isInstanceOf(LogException.CorruptBatch.class);
    }

    @Test
    void countsThatWouldLeaveHolesAreRefused() {
        ByteBuffer batch = resealed(TestBatch.of("a", "b").build().putInt(23, 5));
        assertThatThrownBy(() -> BatchValidator.validate(batch, AppendOrigin.CLIENT, config))
                .isInstanceOf(LogException.CorruptBatch.class)
                .hasMessageContaining("holes");
        assertThatCode(() -> BatchValidator.validate(batch, AppendOrigin.REPLICATION, config))
                .as("a leader's copy may have been compacted")
                .doesNotThrowAnyException();
    }

    @Test
    void aBatchOverTheLimitIsRefusedWithTheLimitInTheMessage() {
        LogConfig small = new LogConfig(
                1 << 20, 1, 4096, -1, -1, 70, LogConfig.TimestampType.CREATE_TIME, true, false, config.flushPolicy());
        assertThatThrownBy(
                        () -> BatchValidator.validate(TestBatch.of("0123456789").build(), AppendOrigin.CLIENT, small))
                .isInstanceOf(LogException.BatchTooLarge.class)
                .hasMessageContaining("max.message.bytes = 70");
    }

    @Test
    void producersDoNotWriteControlBatchesOrHalfAnIdentity() {
        ByteBuffer control = TestBatch.of("a").attributes(0x20).build();
        ByteBuffer transactional = TestBatch.of("a").attributes(0x10).build();
        ByteBuffer noSequence = TestBatch.of("a").producer(7, 0, -1).build();
        for (ByteBuffer batch : new ByteBuffer[] {control, transactional, noSequence}) {
            assertThatThrownBy(() -> BatchValidator.validate(batch, AppendOrigin.CLIENT, config))
                    .isInstanceOf(LogException.InvalidRecord.class);
        }
        assertThat(BatchValidator.validate(control, AppendOrigin.COORDINATOR, config))
                .isEqualTo(1);
    }

    @Test
    void aCompactedLogNeedsKeys() {
        LogConfig compacted = new LogConfig(
                1 << 20, 1, 4096, -1, -1, 1000, LogConfig.TimestampType.CREATE_TIME, false, true, config.flushPolicy());
        ByteBuffer keyed =
                new TestBatch().record(1, new byte[] {1}, new byte[0]).build();
        ByteBuffer keyless = new TestBatch()
                .record(1, new byte[] {1}, new byte[0])
                .record(2, "no key")
                .build();
        assertThat(BatchValidator.validate(keyed, AppendOrigin.CLIENT, compacted))
                .isEqualTo(1);
        assertThatThrownBy(() -> BatchValidator.validate(keyless, AppendOrigin.CLIENT, compacted))
                .isInstanceOf(LogException.InvalidRecord.class)
                .hasMessageContaining("no key");
    }

    private static ByteBuffer resealed(ByteBuffer batch) {
        return batch.putInt(17, BatchHeader.computeCrc(batch, 0));
    }
}
