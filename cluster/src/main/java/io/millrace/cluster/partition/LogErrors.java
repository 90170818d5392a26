package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.LogException;
import io.millrace.storage.TopicPartition;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a log says into an answer for a client: the only place where the two vocabularies meet. */
final class LogErrors {

    private static final Logger log = LoggerFactory.getLogger(LogErrors.class);

    private LogErrors() {}

    static MillraceException translate(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof MillraceException answer) {
            return answer;
        }
        if (cause instanceof LogException logException) {
            return new MillraceException(codeOf(logException), logException.getMessage(), logException);
        }
        if (cause instanceof IOException) {
            return new MillraceException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "The disk did not answer: " + cause.getMessage(), cause);
        }
        log.error("A log failed in a way that it should not", cause);
        return new MillraceException(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                "The server made a mistake (" + cause + "); its log has the details",
                cause);
    }

    private static ErrorCode codeOf(LogException failure) {
        if (failure instanceof LogException.CorruptBatch) {
            return ErrorCode.CORRUPT_MESSAGE;
        } else if (failure instanceof LogException.InvalidRecord) {
            return ErrorCode.INVALID_RECORD;
        } else if (failure instanceof LogException.InvalidTimestamp) {
            return ErrorCode.INVALID_TIMESTAMP;
        } else if (failure instanceof LogException.UnsupportedFormat) {
            return ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT;
        } else if (failure instanceof LogException.BatchTooLarge) {
            return ErrorCode.MESSAGE_TOO_LARGE;
        } else if (failure instanceof LogException.OutOfOrderSequence) {
            return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
        } else if (failure instanceof LogException.ProducerFenced) {
            return ErrorCode.INVALID_PRODUCER_EPOCH;
        } else if (failure instanceof LogException.InvalidTransactionState) {
            return ErrorCode.INVALID_TXN_STATE;
        } else if (failure instanceof LogException.CoordinatorFenced) {
            return ErrorCode.TRANSACTION_COORDINATOR_FENCED;
        } else if (failure instanceof LogException.DuplicateSequence) {
            return ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
        } else if (failure instanceof LogException.OffsetOutOfRange) {
            return ErrorCode.OFFSET_OUT_OF_RANGE;
        } else if (failure instanceof LogException.Closed || failure instanceof LogException.FencedEpoch) {
            return ErrorCode.NOT_LEADER_OR_FOLLOWER;
        } else {
            // DiskFull, DirectoryOffline, WriteFailed, CorruptLog and Overloaded: nothing was stored and a retry may
            // succeed (trap 19: never
            // UNKNOWN_SERVER_ERROR, which Streams takes for fatal).
            return ErrorCode.KAFKA_STORAGE_ERROR;
        }
    }

    /** FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH (KIP-320) unless the epoch that was asked for is the present one. */
    static void requireEpoch(int asked, int leaderEpoch, TopicPartition partition) {
        if (asked != leaderEpoch) {
            throw new MillraceException(
                    asked < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH,
                    "The request is for leader epoch " + asked + " of " + partition + ", here it is " + leaderEpoch);
        }
    }
}
