package io.millrace.server.http.produce;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.cluster.record.NewRecord;
import io.millrace.server.http.HttpProblem;
import io.millrace.websocket.json.JsonProblem;
import io.millrace.websocket.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Makes records of CloudEvents in their JSON format 1.0, one or a batch. JSON data are stored as the bytes that were sent: a library that
 * builds objects of them would write numbers anew. Parses one body, once.
 */
final class CloudEventParser {

    /** The event. */
    private static final int AROUND_DATA = 1;

    private final byte[] body;
    private final ProduceOptions options;
    private final int recordsMax;

    CloudEventParser(byte[] body, ProduceOptions options, int recordsMax) {
        this.body = body;
        this.options = options;
        this.recordsMax = recordsMax;
    }

    /** The one event of the body. Throws MillraceException: 400 when it is not JSON, 422 when it is no event. */
    RecordToProduce one() {
        requireJson(AROUND_DATA);
        try (JsonParser parser = JsonText.parser(body, 0, body.length, AROUND_DATA)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw CloudEventAttributes.invalid("it is no JSON object");
            }
            return RecordToProduce.of(options.partition(), event(parser));
        } catch (IOException e) {
            throw notJson(JsonProblem.explain(e));
        }
    }

    /** The events of the body in order; what is no event is refused alone. Throws HttpProblem 400 when the body is not JSON, or no array. */
    List<RecordToProduce> batch() {
        requireJson(AROUND_DATA + 1);
        try (JsonParser parser = JsonText.parser(body, 0, body.length, AROUND_DATA + 1)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw HttpProblem.badRequest("a batch of CloudEvents is a JSON array; nothing was stored");
            }
            List<RecordToProduce> records = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                BodyParser.checkCount(records.size(), recordsMax);
                records.add(inBatch(parser));
            }
            if (records.isEmpty()) {
                throw HttpProblem.badRequest("the batch has no events; send at least one");
            }
            return records;
        } catch (IOException e) {
            throw notJson(JsonProblem.explain(e));
        }
    }

    private RecordToProduce inBatch(JsonParser parser) throws IOException {
        byte[] json = raw(parser);
        try {
            CloudEventParser alone = new CloudEventParser(json, options, 1);
            return alone.one();
        } catch (MillraceException e) {
            return RecordToProduce.refused(e);
        }
    }

    private void requireJson(int around) {
        String problem = JsonText.problem(body, 0, body.length, around);
        if (problem != null) {
            throw notJson(problem);
        }
    }

    private NewRecord event(JsonParser parser) throws IOException {
        CloudEventAttributes attributes = new CloudEventAttributes();
        byte[] data = null;
        String text = null;
        byte[] binary = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals("data")) {
                requireNone(data, name);
                if (token == JsonToken.VALUE_STRING) {
                    text = parser.getText();
                }
                data = token == JsonToken.VALUE_NULL ? null : raw(parser);
            } else if (name.equals("data_base64")) {
                requireNone(binary, name);
                binary = token == JsonToken.VALUE_NULL ? null : base64(parser, token);
            } else {
                attribute(attributes, name, parser, token);
            }
        }
        if (data != null && binary != null) {
            throw CloudEventAttributes.invalid("it has both data and data_base64");
        }
        byte[] value = binary;
        if (data != null) {
            // A string is JSON only where the event says, or does not deny, that its data are JSON (JSON format §3.1).
            value = text != null && !isJson(attributes.get(CloudEventAttributes.DATA_CONTENT_TYPE))
                    ? wholeText(text, "data").getBytes(StandardCharsets.UTF_8)
                    : data;
        }
        return attributes.record(value, options);
    }

    private static void requireNone(byte[] before, String name) {
        if (before != null) {
            throw CloudEventAttributes.invalid("it has " + name + " twice");
        }
    }

    private static boolean isJson(String contentType) {
        if (contentType == null) {
            return true;
        }
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    private static void attribute(CloudEventAttributes attributes, String name, JsonParser parser, JsonToken token)
            throws IOException {
        switch (token) {
            case VALUE_STRING -> attributes.put(name, wholeText(parser.getText(), name));
            case VALUE_TRUE, VALUE_FALSE, VALUE_NUMBER_INT -> attributes.put(name, parser.getText());
            case VALUE_NULL -> {
                // As if it were not there.
            }
            default ->
                throw CloudEventAttributes.invalid(
                        "the attribute '" + name + "' is neither a string nor a boolean nor a whole number");
        }
    }

    private static String wholeText(String text, String name) {
        if (JsonText.hasHalfPair(text)) {
            throw CloudEventAttributes.invalid(name + " has half of a surrogate pair, which is no character");
        }
        return text;
    }

    private static byte[] base64(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw CloudEventAttributes.invalid("data_base64 is no string");
        }
        try {
            return Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw HttpProblem.badRequest("data_base64 is not valid base64 (" + e.getMessage() + "); it was not stored");
        }
    }

    /** The bytes of the value that the parser stands at, as they were sent. */
    private byte[] raw(JsonParser parser) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        // Strings are read lazily; the end is known only when the token has been.
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        return Arrays.copyOfRange(body, from, to);
    }

    private static HttpProblem notJson(String why) {
        return HttpProblem.badRequest("the body is not valid JSON: " + why + "; nothing was stored");
    }
}
