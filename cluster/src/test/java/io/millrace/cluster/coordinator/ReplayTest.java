package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.junit.jupiter.api.Test;

class ReplayTest {

    private final AtomicLong highWatermark = new AtomicLong();
    private final Playback playback = new Playback();
    private final Replay replay = new Replay(
            new TopicPartition("__consumer_offsets", 3),
            new GroupCoordinatorRecordSerde(),
            playback,
            highWatermark::get);

    /** What the library was told, in order. */
    private static final class Playback implements CoordinatorPlayback<CoordinatorRecord> {

        private final List<String> told = new ArrayList<>();

        @Override
        public void replay(long offset, long producerId, short producerEpoch, CoordinatorRecord record) {
            told.add("record " + offset + (producerId < 0 ? "" : " of producer " + producerId));
        }

        @Override
        public void replayEndTransactionMarker(long producerId, short producerEpoch, TransactionResult result) {
            told.add(result + " of producer " + producerId);
        }

        @Override
        public void updateLastWrittenOffset(long offset) {
            told.add("written " + offset);
        }

        @Override
        public void updateLastCommittedOffset(long offset) {
            told.add("committed " + offset);
        }
    }

    @Test
    void aLogThatIsAcknowledgedWhollyIsReplayedInOneGo() {
        highWatermark.set(4);
        batch(0, 2);
        batch(2, 2);

        assertThat(replay.end(4)).isEqualTo(4);
        assertThat(playback.told)
                .containsExactly("record 0", "record 1", "record 2", "record 3", "written 4", "committed 4");
        assertThat(replay.records()).isEqualTo(4);
    }

    @Test
    void answersComeFromTheStateAtTheHighWatermarkUntilMoreIsAcknowledged() {
        highWatermark.set(2);
        batch(0, 2);
        batch(2, 1);
        batch(3, 1);

        assertThat(replay.end(4)).isEqualTo(2);
        assertThat(playback.told)
                .containsExactly(
                        "record 0",
                        "record 1",
                        "written 2",
                        "committed 2",
                        "record 2",
                        "written 3",
                        "record 3",
                        "written 4");
    }

    @Test
    void aHighWatermarkInAHoleOfCompactionCountsAsTheEndOfTheBatchBelow() {
        highWatermark.set(7);
        batch(0, 2);
        batch(9, 1);

        assertThat(replay.end(10))
                .as("so that the library is not told of it again")
                .isEqualTo(7);
        assertThat(playback.told)
                .containsExactly("record 0", "record 1", "written 2", "record 9", "written 10", "committed 2");
    }

    @Test
    void aHighWatermarkThatMovesMeanwhileIsFollowed() {
        highWatermark.set(1);
        batch(0, 1);
        batch(1, 1);
        highWatermark.set(2);
        batch(2, 1);

        assertThat(replay.end(3)).isEqualTo(2);
        assertThat(playback.told).endsWith("record 2", "written 3", "committed 2");
    }

    @Test
    void whatCompactionTookAtTheEndIsPassedOver() {
        highWatermark.set(12);
        batch(0, 1);

        assertThat(replay.end(12)).isEqualTo(12);
        assertThat(playback.told).containsExactly("record 0", "written 12", "committed 12");
    }

    @Test
    void transactionsAreReplayedWithTheirMarkers() {
        highWatermark.set(10);
        take(MemoryRecords.withTransactionalRecords(
                0, Compression.NONE, 77, (short) 0, 0, RecordBatch.NO_PARTITION_LEADER_EPOCH, offsetCommit()));
        take(MemoryRecords.withEndTransactionMarker(
                1, 0, RecordBatch.NO_PARTITION_LEADER_EPOCH, 77, (short) 0, marker(ControlRecordType.COMMIT)));
        take(MemoryRecords.withEndTransactionMarker(
                2, 0, RecordBatch.NO_PARTITION_LEADER_EPOCH, 78, (short) 0, marker(ControlRecordType.ABORT)));

        assertThat(playback.told)
                .containsExactly("record 0 of producer 77", "COMMIT of producer 77", "ABORT of producer 78");
    }

    @Test
    void aRecordOfANewerVersionIsLeftAlone() {
        highWatermark.set(1);
        ByteBuffer key = ByteBuffer.allocate(2).putShort((short) 9_999).flip();
        take(MemoryRecords.withRecords(0L, Compression.NONE, new SimpleRecord(0L, key.array(), new byte[] {0, 0})));

        assertThat(replay.end(1)).isEqualTo(1);
        assertThat(playback.told).containsExactly("written 1", "committed 1");
    }

    private static EndTransactionMarker marker(ControlRecordType type) {
        return new EndTransactionMarker(type, 1);
    }

    private void batch(long baseOffset, int records) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1_024), Compression.NONE, TimestampType.CREATE_TIME, baseOffset);
        for (int i = 0; i < records; i++) {
            builder.append(offsetCommit());
        }
        take(builder.build());
    }

    private void take(MemoryRecords records) {
        for (MutableRecordBatch batch : records.batches()) {
            replay.batch(batch);
        }
    }

    /** A tombstone. */
    private static SimpleRecord offsetCommit() {
        OffsetCommitKey key =
                new OffsetCommitKey().setGroup("group").setTopic("topic").setPartition(0);
        CoordinatorRecord record = CoordinatorRecord.tombstone(key);
        return new SimpleRecord(0L, new GroupCoordinatorRecordSerde().serializeKey(record), null);
    }
}
