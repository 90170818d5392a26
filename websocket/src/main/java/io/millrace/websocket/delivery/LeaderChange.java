package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Tells errors that pass from those that end a stream. While a partition has no leader, or its leader is not heard of, nothing is lost and
 * positions stay what they are: streams wait, and go on.
 */
public final class LeaderChange {

    /** How soon to look again. */
    public static final long PAUSE_MS = 100;

    private static final Set<ErrorCode> PASSING = EnumSet.of(
            ErrorCode.LEADER_NOT_AVAILABLE,
            ErrorCode.NOT_LEADER_OR_FOLLOWER,
            ErrorCode.FENCED_LEADER_EPOCH,
            ErrorCode.UNKNOWN_LEADER_EPOCH,
            ErrorCode.OFFSET_NOT_AVAILABLE);

    private LeaderChange() {}

    /** Whether the same read will succeed when the next leader is there. */
    public static boolean isPassing(Throwable failure) {
        return failure instanceof MillraceException error && PASSING.contains(error.code());
    }
}
