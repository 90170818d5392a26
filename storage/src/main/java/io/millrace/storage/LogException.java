package io.millrace.storage;

import java.util.List;

/**
 * Why a log did not do what was asked. The subclasses say what the caller may do next; the message is meant for the user.
 * They carry no stack trace: they are answers, not bugs.
 */
public abstract sealed class LogException extends RuntimeException {

    private LogException(String message, Throwable cause) {
        super(message, cause, false, false);
    }

    /** The bytes are not a valid record batch (CRC, sizes, counts). Nothing was written; sending them again will not help. */
    public static final class CorruptBatch extends LogException {
        public CorruptBatch(String message) {
            super(message, null);
        }
    }

    /** A valid batch that breaks a rule of this log (no key on a compacted topic, records of an old format). */
    public static final class InvalidRecord extends LogException {
        private final List<Integer> records;

        public InvalidRecord(String message) {
            this(message, List.of());
        }

        /** @param records the numbers of the records in their batch, from 0 */
        public InvalidRecord(String message, List<Integer> records) {
            super(message, null);
            this.records = List.copyOf(records);
        }

        /** Which records of the batch break the rule, from 0; empty when it is the batch itself. */
        public List<Integer> records() {
            return records;
        }
    }

    /** A record's timestamp is too far from the log's clock. Nothing was written; sending it again will not help. */
    public static final class InvalidTimestamp extends LogException {
        public InvalidTimestamp(String message) {
            super(message, null);
        }
    }

    /** Batches of message format v0 or v1, which are not stored. */
    public static final class UnsupportedFormat extends LogException {
        public UnsupportedFormat(String message) {
            super(message, null);
        }
    }

    /** The batch is over {@link LogConfig#maxMessageBytes()}. Smaller batches will be accepted. */
    public static final class BatchTooLarge extends LogException {
        public BatchTooLarge(String message) {
            super(message, null);
        }
    }

    /** An idempotent producer's sequence does not continue. Nothing was written. */
    public static final class OutOfOrderSequence extends LogException {
        public OutOfOrderSequence(String message) {
            super(message, null);
        }
    }

    /** A newer incarnation of this producer has written: the older one is fenced. */
    public static final class ProducerFenced extends LogException {
        public ProducerFenced(String message) {
            super(message, null);
        }
    }

    /** A batch of a transaction that is not open here, or one outside of the transaction that is. Nothing was written. */
    public static final class InvalidTransactionState extends LogException {
        public InvalidTransactionState(String message) {
            super(message, null);
        }
    }

    /** A transaction marker of a coordinator after another had taken its place. Nothing was written. */
    public static final class CoordinatorFenced extends LogException {
        public CoordinatorFenced(String message) {
            super(message, null);
        }
    }

    /** A sequence that was stored, but so long ago that its offsets are forgotten. It is in the log. */
    public static final class DuplicateSequence extends LogException {
        public DuplicateSequence(String message) {
            super(message, null);
        }
    }

    /** The offset is not in the log. */
    public static final class OffsetOutOfRange extends LogException {
        private final transient LogOffsets offsets;

        public OffsetOutOfRange(String message, LogOffsets offsets) {
            super(message, null);
            this.offsets = offsets;
        }

        /** The offsets at that moment. */
        public LogOffsets offsets() {
            return offsets;
        }
    }

    /** The disk is below its reserve or full. Reads go on; the same append may succeed once space is free. */
    public static final class DiskFull extends LogException {
        public DiskFull(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The log directory failed (I/O error, failed fsync) and is offline until the process is restarted. */
    public static final class DirectoryOffline extends LogException {
        public DirectoryOffline(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The shard's queue is full. Nothing was written; try again. */
    public static final class Overloaded extends LogException {
        public Overloaded(String message) {
            super(message, null);
        }
    }

    /**
     * The append came under a leader epoch that is older than one this log has seen: another reign has begun. Nothing was
     * written; whoever sent it is not the leader any more.
     */
    public static final class FencedEpoch extends LogException {
        public FencedEpoch(String message) {
            super(message, null);
        }
    }

    /** A copy was made for another end of the log: it was cut or has grown since. Nothing was written; ask again from its present end. */
    public static final class UnexpectedEnd extends LogException {
        public UnexpectedEnd(String message) {
            super(message, null);
        }
    }

    /** A write failed and was undone: nothing was stored. The same append may succeed later. */
    public static final class WriteFailed extends LogException {
        public WriteFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** What lies on the disk is damaged before its end. This log serves nothing; the others do. Nothing was changed. */
    public static final class CorruptLog extends LogException {
        public CorruptLog(String message) {
            super(message, null);
        }
    }

    /** The log was closed or deleted. */
    public static final class Closed extends LogException {
        public Closed(String message) {
            super(message, null);
        }
    }
}
