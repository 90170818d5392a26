package io.millrace.websocket.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
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
 * and every reader can embed it unchanged. A value is taken or refused alike in whatever form it comes.
 */
public final class JsonText {

    /** Deeper values are legal JSON, but many a reader downstream would fall over them. */
    public static final int NESTING_MAX = 128;

    /** How many levels can lie around a value: an object with {@code records}, their array, and the record. */
    public static final int AROUND_MAX = 3;

    /** The parser remembers some thousand names over all requests, to read known ones faster; this bounds what they take. */
    static final int NAME_BYTES_MAX = 4096;

    /** By the number of levels around the value. */
    private static final JsonFactory[] JSON = new JsonFactory[AROUND_MAX + 1];

    static {
        for (int around = 0; around <= AROUND_MAX; around++) {
            // Must keep CANONICALIZE_FIELD_NAMES: without it the parser decodes everything to characters first, takes
            // several
            // times as long and knows no byte offsets. Names are the clients'; the JVM's own table of them has no
            // bound.
            JSON[around] = JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX + around)
                            .maxNameLength(NAME_BYTES_MAX)
                            .build())
                    .build();
        }
    }

    private JsonText() {}

    /**
     * A parser for bytes that {@link #encodingProblem} has nothing against.
     *
     * @param around how many levels lie around the values that are meant, 0 to {@value #AROUND_MAX}: these may be nested as deep as if they stood alone
     */
    public static JsonParser parser(byte[] bytes, int from, int length, int around) throws IOException {
        return JSON[around].createParser(bytes, from, length);
    }

    /** Why the bytes are not exactly one JSON value, in words for the user; null when they are. */
    public static String problem(byte[] bytes, int from, int length) {
        return problem(bytes, from, length, 0);
    }

    /** The same for text that has levels around the value that is meant, see {@link #parser}. */
    public static String problem(byte[] bytes, int from, int length, int around) {
        String encoding = encodingProblem(bytes, from, length);
        if (encoding != null) {
            return encoding;
        }
        try (JsonParser parser = parser(bytes, from, length, around)) {
            if (parser.nextToken() == null) {
                return "it is empty";
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                return "it holds more than one JSON value";
            }
            return null;
        } catch (IOException e) {
            return JsonProblem.explain(e);
        }
    }

    /** Why the bytes cannot be JSON text at all; null when they can. */
    public static String encodingProblem(byte[] bytes, int from, int length) {
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

    /** Whether a text has half of a surrogate pair, as {@code "\ud800"} has: JSON can write that, UTF-8 cannot. */
    public static boolean hasHalfPair(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
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
