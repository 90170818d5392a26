package io.millrace.websocket.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Decides whether bytes can be shown as text or as JSON. Keeps scratch space: not thread-safe. */
final class JsonCheck {

    /** The parser remembers some thousand names, to read known ones faster; this bounds what strangers make it keep. */
    private static final int NAME_BYTES_MAX = 4096;

    /**
     * Must keep CANONICALIZE_FIELD_NAMES: without it the parser decodes everything to characters first, which takes several
     * times as long. A value with longer names is shown as base64.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(NAME_BYTES_MAX)
                    .build())
            .build();

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final CharBuffer decoded = CharBuffer.allocate(1024);

    /** Whether the bytes are well-formed UTF-8, as a WebSocket text message must be (RFC 6455 §8.1). */
    boolean isUtf8(byte[] bytes) {
        int ascii = 0;
        while (ascii < bytes.length && bytes[ascii] >= 0) {
            ascii++;
        }
        if (ascii == bytes.length) {
            return true;
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes, ascii, bytes.length - ascii);
        decoder.reset();
        CoderResult result;
        do {
            decoded.clear();
            result = decoder.decode(rest, decoded, true);
        } while (result.isOverflow());
        return !result.isError();
    }

    /** Whether the bytes are exactly one JSON value (RFC 8259) in UTF-8, without a byte order mark. */
    boolean isJson(byte[] bytes) {
        if (!mayBeJson(bytes)) {
            return false;
        }
        try (JsonParser parser = parser(bytes)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the bytes can be given to {@link #parser}, which decides. */
    boolean mayBeJson(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] == (byte) 0xEF || !isUtf8(bytes)) {
            return false;
        }
        // The parser guesses UTF-16 and UTF-32 from zero bytes, which JSON in UTF-8 never has.
        return bytes[0] != 0 && (bytes.length == 1 || bytes[1] != 0);
    }

    static JsonParser parser(byte[] bytes) throws IOException {
        return JSON.createParser(bytes);
    }
}
