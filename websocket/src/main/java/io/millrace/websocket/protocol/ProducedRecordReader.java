package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import io.millrace.websocket.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Reads one of the {@code records} of a {@code produce} message: the form in which records are sent (gateway protocol §3), so what was
 * received can be stored again. Keys are text, or {@code key_base64}; a value is stored as the JSON that stands there, or is {@code
 * value_base64}. A record without a value deletes its key from a compacted topic, so that has to be said: {@code "value":null}.
 */
final class ProducedRecordReader {

    /** The members of a record; a set of them is a number with a bit for each. */
    private static final List<String> MEMBERS =
            List.of("key", "key_base64", "value", "value_base64", "timestamp", "partition", "headers");

    private static final List<String> HEADER_MEMBERS = List.of("name", "value", "value_base64");

    private static final long MISSING = -1;

    private ProducedRecordReader() {}

    /** Reads the object that the parser has just entered. Throws WrongMember. */
    static ClientMessage.Produced read(JsonParser parser, byte[] json) throws IOException {
        long partition = MISSING;
        long timestampMs = MISSING;
        byte[] key = null;
        byte[] value = null;
        List<RecordHeader> headers = List.of();
        int given = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            given = given(given, name, MEMBERS, "records");
            switch (name) {
                case "partition" -> partition = number(parser, name, Integer.MAX_VALUE);
                case "timestamp" -> timestampMs = number(parser, name, Long.MAX_VALUE);
                case "key" -> key = utf8(parser, name);
                case "key_base64" -> key = base64(parser, name);
                case "value" -> value = token == JsonToken.VALUE_NULL ? null : slice(parser, json);
                case "value_base64" -> value = base64(parser, name);
                default -> headers = headers(parser);
            }
        }
        requireOneOf(given, "key", MEMBERS, "records");
        requireOneOf(given, "value", MEMBERS, "records");
        if (!has(given, "value", MEMBERS) && !has(given, "value_base64", MEMBERS)) {
            throw new WrongMember("records: a record has no value; write value or value_base64, or \"value\":null for a"
                    + " tombstone, which deletes its key from a compacted topic");
        }
        return new ClientMessage.Produced((int) partition, new NewRecord(timestampMs, key, value, headers));
    }

    private static int given(int before, String name, List<String> members, String what) {
        int bit = 1 << members.indexOf(name);
        if (members.indexOf(name) < 0) {
            throw new WrongMember(what + ": '" + name + "' is not known; known are " + String.join(", ", members));
        }
        if ((before & bit) != 0) {
            throw new WrongMember(what + ": '" + name + "' is given twice; give it once");
        }
        return before | bit;
    }

    private static boolean has(int given, String name, List<String> members) {
        return (given & 1 << members.indexOf(name)) != 0;
    }

    private static void requireOneOf(int given, String name, List<String> members, String what) {
        if (has(given, name, members) && has(given, name + "_base64", members)) {
            throw new WrongMember(
                    what + ": '" + name + "' and '" + name + "_base64' are given together; give one of them");
        }
    }

    /** The bytes of the value that the parser stands at the beginning of. */
    private static byte[] slice(JsonParser parser, byte[] json) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        // Strings are read lazily; the end is known only when the token has been.
        parser.finishToken();
        return Arrays.copyOfRange(json, from, (int) parser.currentLocation().getByteOffset());
    }

    private static List<RecordHeader> headers(JsonParser parser) throws IOException {
        List<RecordHeader> headers = new ArrayList<>();
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return headers;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new WrongMember("headers: must be an array of objects with name and value");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new WrongMember("headers: must be an array of objects with name and value");
            }
            headers.add(header(parser));
        }
        return headers;
    }

    private static RecordHeader header(JsonParser parser) throws IOException {
        String headerName = null;
        byte[] value = null;
        int given = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            given = given(given, name, HEADER_MEMBERS, "headers");
            switch (name) {
                case "name" -> {
                    if (token != JsonToken.VALUE_STRING) {
                        throw new WrongMember("headers: name must be a string");
                    }
                    headerName = text(parser, "headers: name");
                }
                case "value" -> value = utf8(parser, name);
                default -> value = base64(parser, name);
            }
        }
        if (headerName == null) {
            throw new WrongMember("headers: a name is missing");
        }
        requireOneOf(given, "value", HEADER_MEMBERS, "headers");
        return new RecordHeader(headerName, value);
    }

    private static byte[] utf8(JsonParser parser, String name) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> text(parser, name).getBytes(StandardCharsets.UTF_8);
            default -> throw new WrongMember(name + ": must be a string or null; bytes go into " + name + "_base64");
        };
    }

    private static String text(JsonParser parser, String name) throws IOException {
        String text = parser.getText();
        if (JsonText.hasHalfPair(text)) {
            throw new WrongMember(name + ": has half of a surrogate pair, which is no character; write both halves");
        }
        return text;
    }

    private static byte[] base64(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            String plain = name.substring(0, name.indexOf('_'));
            throw new WrongMember(name + ": must be a string; null is written as \"" + plain + "\":null");
        }
        try {
            return Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw new WrongMember(name + ": is not base64 (RFC 4648 §4, with + and /)");
        }
    }

    private static long number(JsonParser parser, String name, long max) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return MISSING;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < 0
                || parser.getLongValue() > max) {
            throw new WrongMember("records: " + name + " must be an integer between 0 and " + max);
        }
        return parser.getLongValue();
    }
}
