package io.millrace.websocket.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.cel.common.values.NullValue;
import io.millrace.cluster.record.Utf8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as the CEL library wants it: maps, lists, strings, booleans, longs, doubles and its own null. Integers that do not fit a
 * long become doubles, as in JavaScript. Thread-safe.
 */
final class JsonValues {

    /** JSON's null, and the value of a tombstone. */
    static final Object NULL = NullValue.NULL_VALUE;

    /** A value that is nested deeper is not decoded: comparing it would need as many frames of the stack. */
    private static final int DEPTH_MAX = 200;

    private static final int NAME_BYTES_MAX = 4096;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(NAME_BYTES_MAX)
                    .maxNestingDepth(DEPTH_MAX)
                    .build())
            .build();

    /** The value, or null when the bytes are not exactly one JSON value in UTF-8. */
    Object decode(byte[] bytes) {
        // A parser of text cannot mistake the encoding, and strings of broken UTF-8 do not get this far.
        String text = Utf8.textOrNull(bytes);
        if (text == null) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return null;
            }
            Object value = value(parser, first);
            return parser.nextToken() == null ? value : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static Object value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> NULL;
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? (Object) parser.getDoubleValue()
                : (Object) parser.getLongValue();
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> members = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            members.put(name, value(parser, parser.nextToken()));
        }
        return members;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(parser, token));
        }
        return elements;
    }
}
