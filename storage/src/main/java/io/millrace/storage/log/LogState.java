package io.millrace.storage.log;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.cache.LogTail;
import io.millrace.storage.segment.Segment;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What every thread sees of a log: offsets, end, segments. Changed by the shard thread, except the durable offset, which the
 * flusher moves.
 */
final class LogState {

    private final TopicPartition partition;
    private final Path directory;
    private final LogTail tail;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private volatile LogConfig config;
    private volatile LogEnd end;
    private volatile LogOffsets offsets;
    private volatile LogException refusal;
    private volatile boolean abandoned;

    LogState(TopicPartition partition, Path directory, LogTail tail, LogConfig config) {
        this.partition = partition;
        this.directory = directory;
        this.tail = tail;
        this.config = config;
    }

    TopicPartition partition() {
        return partition;
    }

    Path directory() {
        return directory;
    }

    LogTail tail() {
        return tail;
    }

    LogConfig config() {
        return config;
    }

    void config(LogConfig config) {
        this.config = config;
    }

    /** By base offset; never empty while the log is open. */
    ConcurrentNavigableMap<Long, Segment> segments() {
        return segments;
    }

    Segment active() {
        return end.active();
    }

    /** The base offset of the segment after one, or the log end. */
    long endOffsetOf(Segment segment) {
        Long next = segments.higherKey(segment.baseOffset());
        return next == null ? end.offset() : next;
    }

    LogEnd end() {
        return end;
    }

    LogOffsets offsets() {
        return offsets;
    }

    /** Puts everything in place before the log is shared. */
    synchronized void open(long logStartOffset, LogEnd newEnd) {
        end = newEnd;
        offsets = new LogOffsets(logStartOffset, newEnd.offset(), newEnd.offset());
    }

    /** The log grew or was rolled. */
    synchronized void end(LogEnd newEnd) {
        end = newEnd;
        offsets = new LogOffsets(offsets.logStartOffset(), offsets.durableOffset(), newEnd.offset());
    }

    /** The log was cut. */
    synchronized void cut(LogEnd newEnd) {
        end = newEnd;
        offsets = new LogOffsets(
                offsets.logStartOffset(), Math.min(offsets.durableOffset(), newEnd.offset()), newEnd.offset());
    }

    /** The log is empty from now on and goes on somewhere else. */
    synchronized void restart(LogEnd newEnd) {
        end = newEnd;
        offsets = new LogOffsets(newEnd.offset(), newEnd.offset(), newEnd.offset());
    }

    synchronized void start(long logStartOffset) {
        offsets = new LogOffsets(logStartOffset, offsets.durableOffset(), offsets.logEndOffset());
    }

    /** Moves the durable offset up; returns whether it moved. */
    synchronized boolean durable(long durableOffset) {
        if (durableOffset <= offsets.durableOffset()) {
            return false;
        }
        offsets = new LogOffsets(offsets.logStartOffset(), durableOffset, offsets.logEndOffset());
        return true;
    }

    /** From now on everything fails with this. */
    void refuse(LogException why) {
        refusal = why;
    }

    /** Refused because of a bug: what was written may not be forced any more, so the journal has to keep it for the next start. */
    void abandon(LogException why) {
        abandoned = true;
        refusal = why;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** Throws when the log was closed, deleted, or found damaged. */
    void requireOpen() {
        LogException why = refusal;
        if (why != null) {
            throw why;
        }
    }

    LogException refusal() {
        return refusal;
    }
}
