package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.nio.charset.StandardCharsets;

/**
 * Why a stream ends (gateway protocol §11.1).
 *
 * @param closeCode the WebSocket close code; for other transports it is counted and logged
 * @param reason for the close frame: {@code KAFKA_NAME: text}, or short words when the stream ends as it should
 * @param error what the client did wrong or the server cannot do; null when the stream just ends
 * @param isByClient whether nobody is there any more to be told
 */
public record StreamEnd(int closeCode, String reason, MillraceException error, boolean isByClient) {

    /** The client closed the stream as it should. */
    static final int NORMAL = 1000;
    /** The client went without a word. */
    static final int GONE = 1006;

    /** RFC 6455 §7.4.1. */
    private static final int MESSAGE_TOO_BIG = 1009;

    private static final int SLOW_CONSUMER = 4501;
    private static final int HEARTBEAT_TIMEOUT = 4504;
    /** RFC 6455 §5.5: a control frame has at most 125 bytes, two of which are the code. */
    private static final int REASON_BYTES_MAX = 123;

    public StreamEnd {
        reason = shortened(reason);
    }

    /** {@code limit} or {@code until} is reached. */
    static StreamEnd done(String reason) {
        return new StreamEnd(NORMAL, reason, null, false);
    }

    /** The client left. */
    static StreamEnd byClient(int closeCode) {
        return new StreamEnd(closeCode, "the client left", null, true);
    }

    /** An answer that is an error. */
    public static StreamEnd of(MillraceException error) {
        return new StreamEnd(error.code().closeCode(), error.code().name() + ": " + error.getMessage(), error, false);
    }

    static StreamEnd slowConsumer(long stalledMs) {
        return named(
                SLOW_CONSUMER,
                ErrorCode.REQUEST_TIMED_OUT,
                "nothing was read for " + stalledMs + " ms with a full buffer; resume when ready");
    }

    static StreamEnd tooFarBehind(long maxLag) {
        return named(
                SLOW_CONSUMER,
                ErrorCode.POLICY_VIOLATION,
                "more than " + maxLag + " records behind (slow=close); resume when ready");
    }

    static StreamEnd heartbeatTimeout(long timeoutMs) {
        return named(
                HEARTBEAT_TIMEOUT,
                ErrorCode.REQUEST_TIMED_OUT,
                "no frame came back within " + timeoutMs + " ms of a ping");
    }

    /** A frame breaks RFC 6455, in the words of whoever read it. */
    static StreamEnd protocolViolated(int closeCode, String reason) {
        return named(
                closeCode,
                closeCode == MESSAGE_TOO_BIG ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.INVALID_REQUEST,
                reason);
    }

    /** What the client sent breaks the rules of WebSockets (RFC 6455 §7.4.1). */
    static StreamEnd protocolError(String what) {
        return protocolViolated(1002, what);
    }

    /** A text message is not UTF-8 (RFC 6455 §8.1). */
    static StreamEnd notUtf8() {
        return protocolViolated(1007, "a text message is not UTF-8");
    }

    /** A message is longer than is taken. */
    static StreamEnd messageTooBig(int bytesMax) {
        return protocolViolated(MESSAGE_TOO_BIG, "a message has more than " + bytesMax + " bytes; send less at a time");
    }

    /** Too many clients have begun messages that they do not finish. */
    static StreamEnd tooMuchUnfinished() {
        return named(
                1013,
                ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                "too many messages are waiting for their rest; try again later");
    }

    /** This node stops. */
    static StreamEnd restarting() {
        return named(1012, ErrorCode.LEADER_NOT_AVAILABLE, "the node is restarting; connect again");
    }

    /** The stream ends with an error that is told in no other way than by its close frame. */
    private static StreamEnd named(int closeCode, ErrorCode name, String text) {
        return new StreamEnd(closeCode, name + ": " + text, null, false);
    }

    private static String shortened(String reason) {
        if (reason.getBytes(StandardCharsets.UTF_8).length <= REASON_BYTES_MAX) {
            return reason;
        }
        StringBuilder kept = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < reason.length(); ) {
            String character = Character.toString(reason.codePointAt(i));
            bytes += character.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > REASON_BYTES_MAX - 3) {
                break;
            }
            kept.append(character);
            i += character.length();
        }
        return kept.append('…').toString();
    }
}
