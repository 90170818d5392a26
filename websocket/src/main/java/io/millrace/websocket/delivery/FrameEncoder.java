package io.millrace.websocket.delivery;

import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.table.KeyHasher;
import io.millrace.websocket.table.TableMembership;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns record batches into a {@link SharedFrame}. A batch that cannot be taken apart becomes a gap, told with the next record of the
 * frame, or else handed over with it.
 *
 * <p>Keeps scratch space: one caller at a time.
 */
final class FrameEncoder implements LogEncoder, RecordConsumer {

    private static final Logger log = LoggerFactory.getLogger(FrameEncoder.class);

    /**
     * Records that one frame looks at, when a filter may drop them: without a bound a batch that is compressed well, and of which
     * nothing is sent, would be looked through in one turn.
     */
    static final int FILTERED_RECORDS_MAX = 10_000;

    /** The same in bytes of keys and values, because an expression looks at them. */
    static final int FILTERED_BYTES_MAX = 1 << 20;

    private final StreamKey key;
    private final FrameBuilder frame;
    private final RecordGate gate;
    private final KeyHasher hasher;

    // The frame under way.
    private int lookedAt;
    private long lookedAtBytes;
    private long refused;

    /** Not told yet. */
    private Gap gap;

    /** What is to be sent is the newest records of this; null when it is all of them. */
    private TableMembership snapshot;

    FrameEncoder(StreamKey key, int frameBytesMax, RecordGate gate) {
        this.key = key;
        this.frame = new FrameBuilder(key, frameBytesMax);
        this.gate = gate;
        this.hasher = key.table() ? new KeyHasher() : null;
    }

    /**
     * What encoding costs. A frame ends when it is full, however much batches expand to; but what is dropped, or cut down, does not
     * fill it.
     */
    @Override
    public BatchReader.Load load() {
        return BatchReader.Load.of(key.decodesValues(), gate.filters());
    }

    /**
     * Encodes the records at and above {@code from} that pass the filter, until the frame has its largest size. A record that
     * is larger than that makes a frame of its own.
     *
     * @param gapBefore told with the first record; may be null
     */
    @Override
    public SharedFrame encode(ByteBuffer batches, long from, Gap gapBefore) {
        snapshot = null;
        long judgedFor = gate.judgesFor();
        gate.begin(from);
        long end = encodeAll(batches, from, gapBefore);
        gate.end(end);
        return frame.end(end, null, gap == gapBefore ? null : gap).judgedFor(judgedFor);
    }

    /** The same, for those records only that are the newest of their keys as of the end of a snapshot, where it ends. */
    SharedFrame encodeSnapshot(ByteBuffer batches, long from, Gap gapBefore, TableMembership of) {
        snapshot = of;
        long end = Math.min(encodeAll(batches, from, gapBefore), of.index().end());
        gate.countFailures();
        return frame.endOfSnapshotPart(end, gap == gapBefore ? null : gap);
    }

    private long encodeAll(ByteBuffer batches, long from, Gap gapBefore) {
        frame.begin(from);
        lookedAt = 0;
        lookedAtBytes = 0;
        refused = -1;
        gap = gapBefore;
        long end = RecordBatches.forEach(batches, from, this);
        return refused >= 0 ? refused : end;
    }

    @Override
    public void unreadable(long from, long to, String why) {
        if (refused >= 0) {
            return;
        }
        gap = new Gap(gap == null ? from : gap.from(), to, Gap.Reason.UNREADABLE);
        log.atWarn()
                .addKeyValue("topic", key.partition().topic())
                .addKeyValue("partition", key.partition().partition())
                .log("Followers miss the records from offset {} up to {}: {}", from, to, why);
    }

    @Override
    public void accept(StreamRecord record) {
        if (refused >= 0) {
            return;
        }
        if (frame.isFull()) {
            refused = record.offset();
            return;
        }
        if (snapshot != null && !isInSnapshot(record)) {
            return;
        }
        if (gate.filters() && isEnoughForOneTurn(record)) {
            refused = record.offset();
            return;
        }
        RecordGate.Verdict verdict = snapshot == null ? gate.judge(record) : judgeNewest(record);
        if (verdict == RecordGate.Verdict.DROP) {
            return;
        }
        if (verdict == RecordGate.Verdict.SEND) {
            frame.add(record, 0, gap);
        } else {
            frame.addLeft(record, 0, gap);
        }
        gap = null;
    }

    private boolean isInSnapshot(StreamRecord record) {
        if (record.offset() >= snapshot.index().end()) {
            refused = record.offset();
            return false;
        }
        return record.key() != null && snapshot.index().isNewest(hasher.of(record.key()), record.offset());
    }

    private RecordGate.Verdict judgeNewest(StreamRecord record) {
        if (gate.passes(record)) {
            return RecordGate.Verdict.SEND;
        }
        snapshot.keepOut(hasher);
        return RecordGate.Verdict.DROP;
    }

    private boolean isEnoughForOneTurn(StreamRecord record) {
        if (lookedAt == FILTERED_RECORDS_MAX || lookedAtBytes >= FILTERED_BYTES_MAX) {
            return true;
        }
        lookedAt++;
        lookedAtBytes += length(record.key()) + length(record.value());
        return false;
    }

    private static int length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
