package io.millrace.storage;

/**
 * The offsets of one log at one moment; an immutable snapshot.
 *
 * @param logStartOffset the first offset that can be read
 * @param durableOffset every record below it survives a crash under the log's {@link FlushPolicy}; never above {@code
 *     logEndOffset}
 * @param logEndOffset the offset that the next appended record gets
 */
public record LogOffsets(long logStartOffset, long durableOffset, long logEndOffset) {

    /** Whether no record can be read. */
    public boolean isEmpty() {
        return logStartOffset == logEndOffset;
    }
}
