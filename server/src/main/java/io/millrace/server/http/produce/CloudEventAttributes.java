package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The context attributes of one CloudEvent 1.0 and the record that it becomes by CloudEvents' Kafka binding in binary mode: attribute {@code
 * x} is the header {@code ce_x}, {@code datacontenttype} the header {@code content-type}, the data are the value, as they were sent.
 */
final class CloudEventAttributes {

    static final String DATA_CONTENT_TYPE = "datacontenttype";

    private static final String VERSION = "1.0";
    private static final String PARTITION_KEY = "partitionkey";
    private static final List<String> REQUIRED = List.of("id", "source", "type");

    /** In the order of the event. */
    private final Map<String, String> values = new LinkedHashMap<>();

    /** Throws MillraceException INVALID_RECORD when the name cannot be one, or is there already. */
    void put(String name, String value) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9')) {
            throw invalid("'" + name + "' is no name of an attribute: those are of lower-case letters and digits");
        }
        if (values.put(name, value) != null) {
            throw invalid("the attribute '" + name + "' is given twice");
        }
    }

    String get(String name) {
        return values.get(name);
    }

    /**
     * The record of the event.
     *
     * @param value its data, null when it has none
     */
    NewRecord record(byte[] value, ProduceOptions options) {
        String version = values.get("specversion");
        if (!VERSION.equals(version)) {
            throw invalid(
                    version == null
                            ? "it has no specversion"
                            : "its specversion is '" + version + "', and only " + VERSION + " is known");
        }
        for (String name : REQUIRED) {
            if (values.getOrDefault(name, "").isEmpty()) {
                throw invalid("it has no " + name);
            }
        }
        List<RecordHeader> headers = new ArrayList<>(values.size());
        values.forEach((name, text) -> headers.add(new RecordHeader(
                name.equals(DATA_CONTENT_TYPE) ? "content-type" : "ce_" + name,
                text.getBytes(StandardCharsets.UTF_8))));
        String key = values.get(PARTITION_KEY);
        return new NewRecord(
                options.timestampMs(),
                key == null ? options.key() : key.getBytes(StandardCharsets.UTF_8),
                value,
                headers);
    }

    static MillraceException invalid(String why) {
        return new MillraceException(ErrorCode.INVALID_RECORD, "this is no CloudEvent: " + why + "; it was not stored");
    }
}
