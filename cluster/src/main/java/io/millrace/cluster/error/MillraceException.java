package io.millrace.cluster.error;

import java.util.Objects;

/**
 * An answer that is an error: what happened, what it means and what to do, in words for the user, and its row in the
 * catalogue. Carries no stack trace: it is an answer, not a bug.
 */
public class MillraceException extends RuntimeException {

    private final ErrorCode code;

    public MillraceException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public MillraceException(ErrorCode code, String message, Throwable cause) {
        super(message, cause, false, false);
        this.code = Objects.requireNonNull(code, "code");
    }

    public ErrorCode code() {
        return code;
    }
}
