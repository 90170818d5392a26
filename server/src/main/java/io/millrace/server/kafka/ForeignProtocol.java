package io.millrace.server.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Guesses from the first four bytes of a connection what somebody who is no Kafka client speaks, to say so in the log. */
final class ForeignProtocol {

    private ForeignProtocol() {}

    /** Whether a length is the beginning of a TLS handshake record: type 22, version 3.x (RFC 8446 §5.1). */
    static boolean isTls(int length) {
        return length >>> 16 == 0x1603;
    }

    /** What a first frame with an impossible length looks like, and what to do about it. */
    static String describe(int length, int maxFrameBytes, ListenerAudience audience) {
        if (isTls(length)) {
            return "this looks like TLS, but this port speaks plain text: " + audience.adviceForTls();
        }
        if (isHttp(length)) {
            return "this looks like HTTP, but this is the Kafka port: send HTTP requests to the HTTP port (http.port)";
        }
        return "this is no Kafka client: its first request would have " + length + " bytes, allowed are "
                + FrameDecoder.FRAME_BYTES_MIN + " to " + maxFrameBytes + " (kafka.maxFrameBytes)";
    }

    private static boolean isHttp(int length) {
        String start =
                new String(ByteBuffer.allocate(Integer.BYTES).putInt(length).array(), StandardCharsets.ISO_8859_1);
        return switch (start) {
            case "GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "TRAC", "CONN", "PRI " -> true;
            default -> false;
        };
    }
}
