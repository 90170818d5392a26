package io.millrace.cluster.error;

/**
 * The records were written, but whether they stay is decided elsewhere: the node stopped to lead the partition, or stops altogether, while
 * replicas were waited for. Keeps the code of the cause, which idempotent producers act on; whoever has no sequence numbers must not
 * simply send again.
 */
public final class OutcomeUnknownException extends MillraceException {

    public OutcomeUnknownException(MillraceException cause) {
        super(cause.code(), cause.getMessage(), cause);
    }
}
