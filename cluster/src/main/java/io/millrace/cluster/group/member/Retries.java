package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.concurrent.ThreadLocalRandom;

/** How long to pause after failures, and which are worth another attempt. One for each thing that is repeated. */
final class Retries {

    private final long minMs;
    private final long maxMs;
    private long nextMs;

    Retries(GroupMemberLimits limits) {
        this.minMs = limits.retryMinMs();
        this.maxMs = limits.retryMaxMs();
        this.nextMs = minMs;
    }

    /** It worked. */
    void reset() {
        nextMs = minMs;
    }

    /** The next pause: longer each time, and not the same for all members of a coordinator that went away. */
    long pauseMs() {
        long pauseMs = nextMs / 2 + ThreadLocalRandom.current().nextLong(nextMs / 2 + 1);
        nextMs = Math.min(maxMs, nextMs * 2);
        return Math.max(1, pauseMs);
    }

    static MillraceException told(Throwable failure) {
        return failure instanceof MillraceException answer
                ? answer
                : new MillraceException(ErrorCode.UNKNOWN_SERVER_ERROR, String.valueOf(failure.getMessage()), failure);
    }

    /** Whether the coordinator moves, loads, or was not reached. An error that nobody expects would only come again. */
    static boolean mayPass(ErrorCode code) {
        return code.isRetriable() && code != ErrorCode.UNKNOWN_SERVER_ERROR;
    }
}
