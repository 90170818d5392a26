package io.millrace.websocket.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.TestSocket;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConflatingEncoderTest {

    private final AtomicLong nodeBytes = new AtomicLong();
    private final ConflatingEncoder encoder = encoder(200);

    @Test
    void oneFrameHoldsTheNewestOfEachKeyAndWhatItStandsFor() {
        encoder.restart(10);
        encoder.merge(batch(10, "a", "b", "a"), Long.MAX_VALUE);
        encoder.merge(batch(13, "a"), Long.MAX_VALUE);
        List<SharedFrame> frames = encoder.encode(null);

        assertThat(frames).hasSize(1);
        SharedFrame frame = frames.get(0);
        assertThat(frame.start()).isEqualTo(10);
        assertThat(frame.next()).isEqualTo(14);
        assertThat(frame.count()).isEqualTo(2);
        assertThat(frame.merged(0)).isZero();
        assertThat(frame.merged(1)).isEqualTo(2);
        List<JsonNode> records = records(frame);
        assertThat(records.get(0).has("merged")).isFalse();
        assertThat(records.get(1).get("merged").asInt()).isEqualTo(2);
        assertThat(encoder.start()).isEqualTo(14);
        assertThat(nodeBytes).hasValue(0);
    }

    @Test
    void aTickThatIsLargerThanAFrameBecomesSeveralWhosePositionsSayWhatWasSent() {
        encoder.restart(0);
        encoder.merge(batch(0, "a", "b", "c", "d", "a", "e", "f"), Long.MAX_VALUE);
        List<SharedFrame> frames = encoder.encode(null);

        assertThat(frames.size()).isGreaterThan(1);
        long position = 0;
        int records = 0;
        for (SharedFrame frame : frames) {
            assertThat(frame.start()).isEqualTo(position);
            assertThat(frame.tick()).isEqualTo(frames.get(0).tick());
            position = frame.next();
            for (int i = 0; i < frame.count(); i++) {
                records += 1 + frame.merged(i);
            }
        }
        assertThat(position).isEqualTo(7);
        assertThat(records).isEqualTo(7);
    }

    @Test
    void whoeverLostTheOtherFramesOfATickIsMadeTheSameOnesAgain() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            String[] keys = new String[1 + random.nextInt(100)];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = "k" + random.nextInt(30);
            }
            encoder.restart(0);
            encoder.merge(batch(0, keys), Long.MAX_VALUE);
            List<SharedFrame> frames = encoder.encode(null);
            int lost = random.nextInt(frames.size());
            Tick tick = frames.get(0).tick();
            ConflatingEncoder again = encoder(200);
            again.restart(tick.start());
            again.merge(batch(0, keys), tick.end());
            again.forgetBelow(frames.get(lost).start());
            List<SharedFrame> made = again.encode(tick, null, 2);

            assertThat(made).as("seed %d", seed).hasSize(Math.min(2, frames.size() - lost));
            for (int i = 0; i < made.size(); i++) {
                assertThat(made.get(i).next())
                        .as("seed %d", seed)
                        .isEqualTo(frames.get(lost + i).next());
                assertThat(records(made.get(i))).isEqualTo(records(frames.get(lost + i)));
            }
        }
    }

    @Test
    void nothingAtOrAboveTheLimitIsMerged() {
        encoder.restart(0);
        encoder.merge(batch(0, "a", "b", "a", "a"), 2);

        assertThat(encoder.position()).isEqualTo(2);
        List<SharedFrame> frames = encoder.encode(null);
        assertThat(frames.get(0).next()).isEqualTo(2);
        assertThat(frames.get(0).hasMerged()).isFalse();
    }

    @Test
    void aBatchThatCannotBeTakenApartIsToldWithTheFirstRecordBehindIt() {
        encoder.restart(0);
        encoder.merge(batch(0, "a", "b"), Long.MAX_VALUE);
        encoder.merge(FrameEncoderTest.lying(2), Long.MAX_VALUE);
        encoder.merge(batch(4, "a"), Long.MAX_VALUE);
        List<JsonNode> records = records(encoder.encode(null).get(0));

        assertThat(records.get(0).has("gap")).isFalse();
        assertThat(records.get(1).get("gap").toString()).isEqualTo("{\"from\":2,\"to\":4,\"reason\":\"unreadable\"}");
        assertThat(records.get(1).get("merged").asInt()).isEqualTo(1);
    }

    @Test
    void aBatchThatCannotBeTakenApartAtTheEndComesWithTheLastFrame() {
        encoder.restart(0);
        encoder.merge(batch(0, "a"), Long.MAX_VALUE);
        encoder.merge(FrameEncoderTest.lying(1), Long.MAX_VALUE);
        SharedFrame frame = encoder.encode(null).get(0);

        assertThat(frame.next()).isEqualTo(3);
        assertThat(frame.trailingGap().from()).isEqualTo(1);
    }

    private ConflatingEncoder encoder(int frameBytesMax) {
        StreamKey key = new StreamKey(
                new TopicPartition(UUID.randomUUID(), "t", 0),
                WireForm.NDJSON,
                false,
                ValueFormat.TEXT,
                Envelope.RECORD,
                RecordFilter.ALL,
                Projection.WHOLE,
                Isolation.READ_COMMITTED,
                Conflation.parse("1s", null));
        GatewayLimits limits =
                GatewayLimits.builder().frameBytesMax(frameBytesMax).build();
        return new ConflatingEncoder(key, limits, GatewayMetrics.NONE, nodeBytes);
    }

    private static ByteBuffer batch(long baseOffset, String... keys) {
        List<NewRecord> records = new ArrayList<>();
        for (String key : keys) {
            records.add(new NewRecord(
                    1,
                    key.getBytes(StandardCharsets.UTF_8),
                    ("v" + records.size()).getBytes(StandardCharsets.UTF_8),
                    List.of()));
        }
        ByteBuffer batch = RecordBatches.build(records, 0);
        return batch.putLong(batch.position(), baseOffset);
    }

    private static List<JsonNode> records(SharedFrame frame) {
        ByteBuf bytes = frame.slice(0, frame.count());
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.release();
        return text.lines().map(TestSocket::json).toList();
    }
}
