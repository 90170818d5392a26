package io.millrace.websocket.delivery;

import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.conflation.Conflater;
import io.millrace.websocket.conflation.ConflationBudget;
import io.millrace.websocket.conflation.KeptRecord;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.RecordMatcher;
import io.millrace.websocket.protocol.Gap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges record batches, as many as come, and then turns what was kept of them into the frames of one {@link Tick}. Only what is
 * kept in the end is encoded.
 *
 * <p>Keeps scratch space: one caller at a time.
 */
final class ConflatingEncoder implements RecordConsumer {

    private static final Logger log = LoggerFactory.getLogger(ConflatingEncoder.class);

    private final StreamKey key;
    private final GatewayMetrics metrics;
    private final RecordMatcher matcher;
    private final boolean looksIntoRecords;
    private final Conflater conflater;
    private final FrameBuilder frame;

    /** What is merged begins here; records that were kept below it are forgotten. */
    private long start;

    private long position;
    private long logBytes;
    private Gap gap;

    // The batches under way.
    private long limit;
    private boolean again;
    private int lookedAt;
    private long lookedAtBytes;
    private long refused;

    ConflatingEncoder(StreamKey key, GatewayLimits limits, GatewayMetrics metrics, AtomicLong nodeBytes) {
        this.key = key;
        this.metrics = metrics;
        this.matcher = key.filter().equals(RecordFilter.ALL)
                ? null
                : new RecordMatcher(key.filter(), key.partition().partition());
        this.looksIntoRecords = matcher != null || key.conflation().by().decodesValues();
        this.conflater = new Conflater(
                key.conflation().by(),
                new ConflationBudget(
                        limits.conflateKeysMax(),
                        limits.conflateBytesMax(),
                        limits.frameBytesMax(),
                        limits.allRingsBytesMax(),
                        nodeBytes));
        this.frame = new FrameBuilder(key, limits.frameBytesMax());
    }

    /** Forgets everything, and begins at a position. */
    void restart(long newStart) {
        conflater.clear();
        start = newStart;
        position = newStart;
        logBytes = 0;
        gap = null;
    }

    /** Where what is merged begins. */
    long start() {
        return start;
    }

    /** Where to read on. */
    long position() {
        return position;
    }

    /** Bytes of the batches that were merged. */
    long logBytes() {
        return logBytes;
    }

    /** Memory that is held by what is kept. */
    long keptBytes() {
        return conflater.sizeBytes();
    }

    /** Whether what is kept has to be sent before more is merged. */
    boolean isFull() {
        return conflater.isFull();
    }

    /** The work of {@link BatchReader} that merges. */
    BatchReader.Load load() {
        return BatchReader.Load.of(
                key.filter().decodesValues() || key.conflation().by().decodesValues(), true);
    }

    /** Merges the records at and above {@link #position} and below a limit that pass the filter, until it is full. */
    void merge(ByteBuffer batches, long below) {
        again = false;
        mergeBelow(batches, below);
    }

    /**
     * Merges once more what was a tick and ends at the limit, however full it is: it had room when it was made, and all of it is needed
     * to make the same frames.
     */
    void mergeAgain(ByteBuffer batches, long below) {
        again = true;
        mergeBelow(batches, below);
    }

    private void mergeBelow(ByteBuffer batches, long below) {
        limit = below;
        refused = -1;
        lookedAt = 0;
        lookedAtBytes = 0;
        logBytes += batches.remaining();
        long end = RecordBatches.forEach(batches, position, this);
        position = Math.min(refused >= 0 ? refused : end, below);
        long failures = matcher == null ? 0 : matcher.takeFailures();
        if (failures > 0) {
            metrics.filterFailed(failures);
        }
    }

    @Override
    public void accept(StreamRecord record) {
        if (refused >= 0) {
            return;
        }
        if (record.offset() >= limit || (!again && conflater.isFull())) {
            refused = record.offset();
            return;
        }
        if (looksIntoRecords && isEnoughForOneTurn(record)) {
            refused = record.offset();
            return;
        }
        if (matcher == null || matcher.matches(record)) {
            conflater.add(record);
        }
    }

    /** As in a frame of a stream that is not conflated: a batch may expand to any number of records. */
    private boolean isEnoughForOneTurn(StreamRecord record) {
        if (lookedAt == FrameEncoder.FILTERED_RECORDS_MAX || lookedAtBytes >= FrameEncoder.FILTERED_BYTES_MAX) {
            return true;
        }
        lookedAt++;
        lookedAtBytes += length(record.key()) + length(record.value());
        return false;
    }

    private static int length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    public void unreadable(long from, long to, String why) {
        if (refused >= 0) {
            return;
        }
        if (from >= limit) {
            refused = from;
            return;
        }
        gap = new Gap(gap == null ? from : gap.from(), to, Gap.Reason.UNREADABLE);
        log.atWarn()
                .addKeyValue("topic", key.partition().topic())
                .addKeyValue("partition", key.partition().partition())
                .log("Followers miss the records from offset {} up to {}: {}", from, to, why);
    }

    /** The records below an offset were sent before. */
    void forgetBelow(long offset) {
        conflater.forgetBelow(offset);
        start = offset;
        if (gap != null && gap.to() <= offset) {
            gap = null;
        }
    }

    /** The frames of everything that was merged; restarts behind it. */
    List<SharedFrame> encode(Gap gapBefore) {
        return encode(new Tick(start, position, logBytes), gapBefore, Integer.MAX_VALUE);
    }

    /**
     * The frames of what was merged, and restarts behind it. Each but the last ends behind its last record, so that positions between
     * them say which records were sent.
     *
     * @param tick what the frames are parts of
     * @param gapBefore told with the first record; may be null
     * @param framesMax how many are made at most, from the first on
     */
    List<SharedFrame> encode(Tick tick, Gap gapBefore, int framesMax) {
        List<SharedFrame> frames = new ArrayList<>();
        Gap before = gapBefore;
        Gap lost = gap;
        long merged = 0;
        long next = start;
        frame.begin(start);
        for (KeptRecord each : conflater.kept()) {
            if (frame.isFull()) {
                frames.add(frame.end(next, tick, null));
                if (frames.size() == framesMax) {
                    break;
                }
                frame.begin(next);
            }
            if (lost != null && each.record().offset() >= lost.to()) {
                before = before == null ? lost : new Gap(before.from(), lost.to(), lost.reason());
                lost = null;
            }
            frame.add(each.record(), each.merged(), before);
            before = null;
            merged += each.merged();
            next = each.record().offset() + 1;
        }
        if (frames.size() < framesMax) {
            frames.add(frame.end(position, tick, lost));
        }
        if (merged > 0) {
            metrics.conflated(merged);
        }
        restart(position);
        return frames;
    }
}
