package io.millrace.server.http.produce;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.cluster.record.NewRecord;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.QueryParameters;
import io.millrace.websocket.json.JsonText;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes records of the bodies that hold values only: JSON, NDJSON, raw bytes. Pure functions; any thread. */
final class BodyParser {

    private BodyParser() {}

    /**
     * All records of a body, in order.
     *
     * @param headers of the request
     * @throws MillraceException when the body as a whole is refused; nothing of it is stored then
     */
    static List<RecordToProduce> parse(
            RecordFormat format, byte[] body, MultiMap headers, ProduceOptions options, int recordsMax) {
        return switch (format) {
            case JSON -> List.of(RecordToProduce.of(options.partition(), json(body, options)));
            case RAW -> List.of(RecordToProduce.of(options.partition(), raw(body, options)));
            case CLOUD_EVENT -> List.of(new CloudEventParser(body, options, recordsMax).one());
            case CLOUD_EVENTS -> new CloudEventParser(body, options, recordsMax).batch();
            case CLOUD_EVENT_BINARY ->
                List.of(RecordToProduce.of(options.partition(), CloudEventHeaders.record(headers, body, options)));
            case NDJSON -> lines(body, options, recordsMax);
            case CONFLUENT_JSON, CONFLUENT_BINARY, CONFLUENT_TEXT ->
                new ConfluentParser(format, body, recordsMax).parse();
        };
    }

    /** One record whose value is the body, which must be JSON. */
    static NewRecord json(byte[] body, ProduceOptions options) {
        String problem = JsonText.problem(body, 0, body.length);
        if (problem != null) {
            throw HttpProblem.badRequest("the body is not valid JSON: " + problem
                    + "; nothing was stored. For several records send application/x-ndjson, for other bytes"
                    + " application/octet-stream");
        }
        return valueRecord(body, 0, body.length, body, options);
    }

    /** One record whose value is the body, whatever it is. */
    static NewRecord raw(byte[] body, ProduceOptions options) {
        return new NewRecord(options.timestampMs(), options.key(), body, List.of());
    }

    private static List<RecordToProduce> lines(byte[] body, ProduceOptions options, int recordsMax) {
        List<RecordToProduce> records = new ArrayList<>();
        int lineNumber = 0;
        int from = 0;
        while (from < body.length) {
            int end = from;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            lineNumber++;
            int trimmedFrom = from;
            int trimmedEnd = end;
            while (trimmedFrom < trimmedEnd && isSpace(body[trimmedFrom])) {
                trimmedFrom++;
            }
            while (trimmedEnd > trimmedFrom && isSpace(body[trimmedEnd - 1])) {
                trimmedEnd--;
            }
            if (trimmedEnd > trimmedFrom) {
                checkCount(records.size(), recordsMax);
                records.add(line(body, trimmedFrom, trimmedEnd - trimmedFrom, lineNumber, options));
            }
            from = end + 1;
        }
        if (records.isEmpty()) {
            throw HttpProblem.badRequest("the body has no lines; send one JSON value per line");
        }
        return records;
    }

    static void checkCount(int size, int recordsMax) {
        if (size >= recordsMax) {
            throw HttpProblem.bodyTooLarge("the body has more than " + recordsMax
                    + " records; nothing was stored, send it in smaller requests");
        }
    }

    private static RecordToProduce line(byte[] body, int from, int length, int lineNumber, ProduceOptions options) {
        String problem = JsonText.problem(body, from, length);
        if (problem != null) {
            return RecordToProduce.refused(HttpProblem.badRequest(
                    "line " + lineNumber + " is not valid JSON: " + problem + "; it was not stored"));
        }
        try {
            byte[] value = Arrays.copyOfRange(body, from, from + length);
            return RecordToProduce.of(options.partition(), valueRecord(body, from, length, value, options));
        } catch (MillraceException e) {
            return RecordToProduce.refused(e);
        }
    }

    private static NewRecord valueRecord(byte[] json, int from, int length, byte[] value, ProduceOptions options) {
        byte[] key = options.keyField() == null
                ? options.key()
                : options.keyField().textIn(json, from, length).getBytes(StandardCharsets.UTF_8);
        long timestampMs = options.timestampField() == null
                ? options.timestampMs()
                : QueryParameters.parseTime(
                        options.timestampField().parameter(),
                        options.timestampField().textIn(json, from, length));
        return new NewRecord(timestampMs, key, value, List.of());
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }
}
