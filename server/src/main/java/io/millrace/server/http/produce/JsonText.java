package io.millrace.server.http.produce;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Checks that bytes are JSON (RFC 8259) in UTF-8, without building anything from them: what is stored is exactly what was sent,
 * and every reader can embed it unchanged.
 */
final class JsonText {

    /** Deeper values are legal JSON, but many a reader downstream would fall over them. */
    static final int NESTING_MAX = 128;

    /** The parser remembers some thousand names over all requests, to read known ones faster; this bounds what they take. */
    static final int NAME_BYTES_MAX = 4096;

    /**
     * Must keep CANONICALIZE_FIELD_NAMES: without it the parser decodes everything to characters first, takes several times as
     * long and knows no byte offsets.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxNameLength(NAME_BYTES_MAX)
                    .build())
            .build();

    private JsonText() {}

    /** A parser for bytes that {@link #encodingProblem} has nothing against. */
    static JsonParser parser(byte[] bytes, int from, int length) throws IOException {
        return JSON.createParser(bytes, from, length);
    }

    /** Why the bytes are not exactly one JSON value, in words for the user; null when they are. */
    static String problem(byte[] bytes, int from, int length) {
        String encoding = encodingProblem(bytes, from, length);
        if (encoding != null) {
            return encoding;
        }
        try (JsonParser parser = parser(bytes, from, length)) {
            if (parser.nextToken() == null) {
                return "it is empty";
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                return "it holds more than one JSON value";
            }
            return null;
        } catch (IOException e) {
            return explain(e);
        }
    }

    /** Why the bytes cannot be JSON text at all; null when they can. */
    static String encodingProblem(byte[] bytes, int from, int length) {
        if (length == 0) {
            return "it is empty";
        }
        // The parser would guess UTF-16 or UTF-32 from zero bytes, and skip a byte order mark.
        boolean wide = bytes[from] == 0 || (length > 1 && bytes[from + 1] == 0);
        if (bytes[from] < 0 || wide || !isUtf8(bytes, from, length)) {
            return "it is not UTF-8 without a byte order mark";
        }
        return null;
    }

    /** What a parser found wrong, and where. */
    static String explain(IOException e) {
        if (!(e instanceof JsonProcessingException problem)) {
            return String.valueOf(e.getMessage());
        }
        String message = problem.getOriginalMessage();
        // The parser adds places in its own notation; the one below is enough.
        int note = message.indexOf(" (start marker");
        String text = note < 0 ? message : message.substring(0, note);
        JsonLocation location = problem.getLocation();
        return location == null
                ? text
                : text + " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static boolean isUtf8(byte[] bytes, int from, int length) {
        int ascii = from;
        int end = from + length;
        while (ascii < end && bytes[ascii] >= 0) {
            ascii++;
        }
        if (ascii == end) {
            return true;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer rest = ByteBuffer.wrap(bytes, ascii, end - ascii);
        CharBuffer decoded = CharBuffer.allocate(Math.min(1024, end - ascii + 1));
        CoderResult result;
        do {
            decoded.clear();
            result = decoder.decode(rest, decoded, true);
        } while (result.isOverflow());
        return !result.isError();
    }
}
