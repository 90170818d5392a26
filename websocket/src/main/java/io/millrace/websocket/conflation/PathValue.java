package io.millrace.websocket.conflation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds what is at the end of a path in JSON values, reading no further than that. */
final class PathValue {

    private static final int NAME_BYTES_MAX = 4096;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(NAME_BYTES_MAX)
                    .build())
            .build();

    private final List<String> path;

    PathValue(List<String> path) {
        this.path = path;
    }

    /**
     * The string, number or boolean at the end of the path, in a form in which only equal ones are equal; null when there is none: a
     * name is missing, the value is not JSON, or there is {@code null}, an object or an array.
     */
    byte[] of(byte[] json) {
        // The parser takes zero bytes for UTF-16 and UTF-32, which JSON in UTF-8 never has.
        if (json == null || json.length < 2 || json[0] == 0 || json[1] == 0) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(json)) {
            JsonToken token = parser.nextToken();
            for (String name : path) {
                if (token != JsonToken.START_OBJECT) {
                    return null;
                }
                token = member(parser, name);
            }
            return scalar(parser, token);
        } catch (IOException e) {
            return null;
        }
    }

    /** Goes to the value of a member of the object at whose start the parser is; null when it has none of that name. */
    private static JsonToken member(JsonParser parser, String name) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = parser.currentName().equals(name);
            JsonToken value = parser.nextToken();
            if (found) {
                return value;
            }
            parser.skipChildren();
        }
        return null;
    }

    private static byte[] scalar(JsonParser parser, JsonToken token) throws IOException {
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            return null;
        }
        // "1" and 1 are different things.
        String text = (token == JsonToken.VALUE_STRING ? "\"" : "") + parser.getText();
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
