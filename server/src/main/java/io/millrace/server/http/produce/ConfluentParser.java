package io.millrace.server.http.produce;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import io.millrace.server.http.HttpProblem;
import io.millrace.websocket.json.JsonProblem;
import io.millrace.websocket.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Makes records of the bodies of Confluent's REST API v2: {@code {"records":[{"key":…,"value":…,"partition":…}]}}. Keys and values
 * are JSON, base64 or text by the Content-Type; JSON ones are stored as the bytes that were sent, so the key {@code "dev-7"}
 * keeps its quotes, as it does with Confluent's proxy. One wrong record refuses the body. Parses one body, once.
 */
final class ConfluentParser {

    /** An object, the array of the records, a record. */
    private static final int AROUND_VALUE = 3;

    private final RecordFormat format;
    private final byte[] body;
    private final int recordsMax;

    ConfluentParser(RecordFormat format, byte[] body, int recordsMax) {
        this.format = format;
        this.body = body;
        this.recordsMax = recordsMax;
    }

    List<RecordToProduce> parse() {
        String encoding = JsonText.encodingProblem(body, 0, body.length);
        if (encoding != null) {
            throw notJson(encoding);
        }
        List<RecordToProduce> records = null;
        try (JsonParser parser = JsonText.parser(body, 0, body.length, AROUND_VALUE)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "the body must be an object with a member 'records'");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                expect(parser.currentName().equals("records"), "unknown member '" + parser.currentName() + "'");
                expect(records == null, "'records' is given twice");
                expect(parser.nextToken() == JsonToken.START_ARRAY, "'records' must be an array");
                records = records(parser);
            }
            expect(parser.nextToken() == null, "something follows the object");
        } catch (IOException e) {
            throw notJson(JsonProblem.explain(e));
        }
        expect(records != null && !records.isEmpty(), "'records' must hold at least one record");
        return records;
    }

    private List<RecordToProduce> records(JsonParser parser) throws IOException {
        List<RecordToProduce> records = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.START_OBJECT, "each of 'records' must be an object");
            BodyParser.checkCount(records.size(), recordsMax);
            records.add(record(parser));
        }
        return records;
    }

    private RecordToProduce record(JsonParser parser) throws IOException {
        byte[] key = null;
        byte[] value = null;
        int partition = -1;
        long timestampMs = -1;
        List<RecordHeader> headers = List.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "key" -> key = payload(parser, name);
                case "value" -> value = payload(parser, name);
                case "partition" -> partition = (int) number(parser, token, name, Integer.MAX_VALUE);
                case "timestamp" -> timestampMs = number(parser, token, name, Long.MAX_VALUE);
                case "headers" -> headers = headers(parser, token);
                default ->
                    throw invalid("unknown member '" + name
                            + "' of a record; known: key, value, partition, timestamp, headers");
            }
        }
        return RecordToProduce.of(partition, new NewRecord(timestampMs, key, value, headers));
    }

    private byte[] payload(JsonParser parser, String name) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (format == RecordFormat.CONFLUENT_JSON) {
            return rawJson(parser);
        }
        expect(token == JsonToken.VALUE_STRING, "'" + name + "' must be a string or null");
        expectText(parser.getText(), name);
        return format == RecordFormat.CONFLUENT_BINARY
                ? base64(parser.getText(), name)
                : parser.getText().getBytes(StandardCharsets.UTF_8);
    }

    /** The bytes of the value that the parser stands at, as they were sent. */
    private byte[] rawJson(JsonParser parser) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        // Strings are read lazily; the end is known only when the token has been.
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        return Arrays.copyOfRange(body, from, to);
    }

    private static List<RecordHeader> headers(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return List.of();
        }
        expect(token == JsonToken.START_ARRAY, "'headers' must be an array");
        List<RecordHeader> headers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.START_OBJECT, "each of 'headers' must be an object");
            headers.add(header(parser));
        }
        return headers;
    }

    private static RecordHeader header(JsonParser parser) throws IOException {
        String key = null;
        byte[] value = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "key" -> {
                    expect(token == JsonToken.VALUE_STRING, "the 'key' of a header must be a string");
                    key = parser.getText();
                    expectText(key, "key");
                }
                case "value" -> {
                    expect(
                            token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NULL,
                            "the 'value' of a header must be a base64 string or null");
                    value = token == JsonToken.VALUE_NULL ? null : base64(parser.getText(), "value of a header");
                }
                default -> throw invalid("unknown member '" + name + "' of a header; known: key, value");
            }
        }
        expect(key != null, "a header needs a 'key'");
        return new RecordHeader(key, value);
    }

    private static long number(JsonParser parser, JsonToken token, String name, long max) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return -1;
        }
        expect(
                token == JsonToken.VALUE_NUMBER_INT
                        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                        && parser.getLongValue() >= 0
                        && parser.getLongValue() <= max,
                "'" + name + "' must be a whole number that is not negative");
        return parser.getLongValue();
    }

    private static byte[] base64(String text, String name) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw HttpProblem.badRequest(
                    "'" + name + "' is not valid base64 (" + e.getMessage() + "); nothing was stored");
        }
    }

    private static void expectText(String text, String name) {
        expect(!JsonText.hasHalfPair(text), "'" + name + "' has half of a surrogate pair, which is no character");
    }

    private static void expect(boolean condition, String otherwise) {
        if (!condition) {
            throw invalid(otherwise);
        }
    }

    private static MillraceException invalid(String what) {
        return new MillraceException(ErrorCode.INVALID_RECORD, what + "; nothing was stored");
    }

    private static HttpProblem notJson(String why) {
        return HttpProblem.badRequest("the body is not valid JSON: " + why + "; nothing was stored");
    }
}
