package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/**
 * Reads one of the {@code records} of a {@code produce} message: the form in which records are sent (gateway protocol §3), so what was
 * received can be stored again. Keys are text, or {@code key_base64}; a value is stored as the JSON that stands there, or is {@code
 * value_base64}.
 */
final class ProducedRecordReader {

    private ProducedRecordReader() {}

    /** Reads the object that the parser has just entered. */
    static ClientMessage.Produced read(JsonParser parser, byte[] json, Function<String, RuntimeException> wrong)
            throws IOException {
        long partition = -1;
        long timestampMs = -1;
        byte[] key = null;
        byte[] value = null;
        List<RecordHeader> headers = List.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "partition" -> partition = number(parser, name, Integer.MAX_VALUE, wrong);
                case "timestamp" -> timestampMs = number(parser, name, Long.MAX_VALUE, wrong);
                case "key" -> key = utf8(parser, name, wrong);
                case "key_base64" -> key = base64(parser, name, wrong);
                case "value" -> value = token == JsonToken.VALUE_NULL ? null : slice(parser, json);
                case "value_base64" -> value = base64(parser, name, wrong);
                case "headers" -> headers = headers(parser, wrong);
                default ->
                    throw wrong.apply("records: '" + name + "' is not known; a record has key, value, timestamp,"
                            + " partition, headers, key_base64 and value_base64");
            }
        }
        return new ClientMessage.Produced((int) partition, new NewRecord(timestampMs, key, value, headers));
    }

    /** The bytes of the value that the parser stands at the beginning of. */
    private static byte[] slice(JsonParser parser, byte[] json) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        if (parser.currentToken().isStructStart()) {
            parser.skipChildren();
        } else {
            // Reads a token to its end that Jackson would otherwise finish later.
            parser.getTextLength();
        }
        return Arrays.copyOfRange(json, from, (int) parser.currentLocation().getByteOffset());
    }

    private static List<RecordHeader> headers(JsonParser parser, Function<String, RuntimeException> wrong)
            throws IOException {
        List<RecordHeader> headers = new ArrayList<>();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong.apply("headers: must be an array of objects with name and value");
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String headerName = null;
            byte[] value = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "name" -> headerName = parser.getText();
                    case "value" -> value = utf8(parser, name, wrong);
                    case "value_base64" -> value = base64(parser, name, wrong);
                    default -> throw wrong.apply("headers: '" + name + "' is not known");
                }
            }
            if (headerName == null) {
                throw wrong.apply("headers: a name is missing");
            }
            headers.add(new RecordHeader(headerName, value));
        }
        return headers;
    }

    private static byte[] utf8(JsonParser parser, String name, Function<String, RuntimeException> wrong)
            throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> parser.getText().getBytes(StandardCharsets.UTF_8);
            default -> throw wrong.apply(name + ": must be a string or null; bytes go into " + name + "_base64");
        };
    }

    private static byte[] base64(JsonParser parser, String name, Function<String, RuntimeException> wrong)
            throws IOException {
        try {
            return parser.currentToken() == JsonToken.VALUE_NULL
                    ? null
                    : Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw wrong.apply(name + ": is not base64");
        }
    }

    private static long number(JsonParser parser, String name, long max, Function<String, RuntimeException> wrong)
            throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < 0
                || parser.getLongValue() > max) {
            throw wrong.apply("records: " + name + " must be an integer between 0 and " + max);
        }
        return parser.getLongValue();
    }
}
