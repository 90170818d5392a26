package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** What happens to a client that does not keep up: the {@code slow} parameter (gateway protocol §6.6). */
public enum SlowPolicy {
    /** It goes on from the log, and loses nothing unless retention passes by. */
    WAIT,
    /** It jumps to the high watermark, and is told what it missed. */
    SKIP,
    /** It is closed. */
    CLOSE;

    /** Reads the text of {@code slow}. */
    static SlowPolicy parse(String text) {
        return switch (text) {
            case "wait" -> WAIT;
            case "skip" -> SKIP;
            case "close" -> CLOSE;
            default ->
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST, "slow: '" + text + "' is not known; write wait, skip or close");
        };
    }
}
