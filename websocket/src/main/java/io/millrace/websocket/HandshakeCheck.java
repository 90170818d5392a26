package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.List;

/**
 * What a request for a WebSocket must look like before anything is made of it (RFC 6455 §4.2.1). Vert.x looks at most of this, too, but
 * answers in its own words, and some of it not at all. Stateless.
 */
final class HandshakeCheck {

    /** The only version of WebSockets that there is (RFC 6455 §4.4). */
    static final String VERSION = "13";

    private static final int UPGRADE_REQUIRED = 426;
    private static final int KEY_BYTES = 16;
    private static final int KEY_CHARS = 24;

    private HandshakeCheck() {}

    /** A handshake of another version: 426, with the version that is spoken. */
    static final class WrongVersion extends MillraceException {

        private static final long serialVersionUID = 1;

        WrongVersion(String message) {
            super(ErrorCode.INVALID_REQUEST, message);
        }

        int httpStatus() {
            return UPGRADE_REQUIRED;
        }
    }

    /** Throws INVALID_REQUEST when this is no handshake, {@link WrongVersion} when it is one of another version. */
    static void check(HttpServerRequest request) {
        if (!names(request.headers().getAll(HttpHeaders.CONNECTION), "upgrade")) {
            throw refused(
                    "Connection: must contain 'Upgrade' beside 'Upgrade: websocket'; a proxy on the way may have dropped it");
        }
        if (hasBody(request)) {
            throw refused("a WebSocket handshake has no body; leave out Content-Length and Transfer-Encoding");
        }
        List<String> versions = request.headers().getAll("Sec-WebSocket-Version");
        if (versions.size() != 1 || !versions.get(0).strip().equals(VERSION)) {
            throw new WrongVersion("Sec-WebSocket-Version: must be " + VERSION + ", not "
                    + (versions.isEmpty() ? "missing" : String.join(", ", versions)));
        }
        List<String> keys = request.headers().getAll("Sec-WebSocket-Key");
        if (keys.size() != 1 || !isKey(keys.get(0).strip())) {
            throw refused("Sec-WebSocket-Key: must be there once, with the base64 of " + KEY_BYTES + " random bytes");
        }
        try {
            new URI(request.uri());
        } catch (URISyntaxException e) {
            throw refused("the URL has a character that must be percent-encoded: " + e.getMessage());
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null || (length != null && !length.equals("0"));
    }

    private static boolean names(List<String> headers, String token) {
        for (String header : headers) {
            for (String each : header.split(",")) {
                if (each.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isKey(String text) {
        try {
            // The decoder of the JDK would also take it without its padding.
            return text.length() == KEY_CHARS && Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static MillraceException refused(String message) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, message);
    }
}
