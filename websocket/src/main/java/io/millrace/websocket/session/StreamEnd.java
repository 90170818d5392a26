package io.millrace.websocket.session;

import io.millrace.cluster.error.MillraceException;
import java.nio.charset.StandardCharsets;

/**
 * Why a stream ends (gateway protocol §11.1).
 *
 * @param closeCode the WebSocket close code; for other transports it is counted and logged
 * @param reason for the close frame: {@code KAFKA_NAME: text}, or short words
 * @param error what the client did wrong or the server cannot do; null when the stream just ends
 * @param isByClient whether nobody is there any more to be told
 */
public record StreamEnd(int closeCode, String reason, MillraceException error, boolean isByClient) {

    /** The client closed the stream as it should. */
    static final int NORMAL = 1000;
    /** The client went without a word. */
    static final int GONE = 1006;

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
        return new StreamEnd(
                SLOW_CONSUMER,
                "nothing was read for " + stalledMs + " ms with a full buffer; resume when ready",
                null,
                false);
    }

    static StreamEnd tooFarBehind(long maxLag) {
        return new StreamEnd(
                SLOW_CONSUMER, "more than " + maxLag + " records behind (slow=close); resume when ready", null, false);
    }

    static StreamEnd heartbeatTimeout(long timeoutMs) {
        return new StreamEnd(
                HEARTBEAT_TIMEOUT, "no frame came back within " + timeoutMs + " ms of a ping", null, false);
    }

    /** A frame breaks RFC 6455, in the words of whoever read it. */
    static StreamEnd protocolViolated(int closeCode, String reason) {
        return new StreamEnd(closeCode, reason, null, false);
    }

    /** What the client sent breaks the rules of WebSockets (RFC 6455 §7.4.1). */
    static StreamEnd protocolError(String what) {
        return new StreamEnd(1002, what, null, false);
    }

    /** A text message is not UTF-8 (RFC 6455 §8.1). */
    static StreamEnd notUtf8() {
        return new StreamEnd(1007, "a text message is not UTF-8", null, false);
    }

    /** A message is longer than is taken. */
    static StreamEnd messageTooBig(int bytesMax) {
        return new StreamEnd(1009, "a message has more than " + bytesMax + " bytes; send less at a time", null, false);
    }

    /** Too many clients have begun messages that they do not finish. */
    static StreamEnd tooMuchUnfinished() {
        return new StreamEnd(1013, "too many messages are waiting for their rest; try again later", null, false);
    }

    /** This node stops. */
    static StreamEnd restarting() {
        return new StreamEnd(1012, "the node is restarting; connect again", null, false);
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
