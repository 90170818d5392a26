package io.millrace.cluster.record;

/** A batch that cannot be taken apart; the message says why. */
final class UnreadableBatchException extends RuntimeException {

    UnreadableBatchException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
