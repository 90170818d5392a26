package io.millrace.websocket.filter;

import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelVariableResolver;
import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.cluster.record.Utf8;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an expression can ask of a record. Only what it asks for is decoded, once for each record. A variable that cannot be
 * shown, such as a value that is not JSON, is unknown, and so is what depends on it. One caller at a time.
 */
final class RecordVariables implements CelVariableResolver {

    private final JsonValues json = new JsonValues();
    private final Long partition;
    private StreamRecord record;
    private Optional<Object> value;
    private Map<String, String> headers;

    RecordVariables(int partition) {
        this.partition = (long) partition;
    }

    /** These variables, as they are for a record, until the next call. */
    RecordVariables of(StreamRecord newRecord) {
        record = newRecord;
        value = null;
        headers = null;
        return this;
    }

    @Override
    public Optional<Object> find(String name) {
        return switch (name) {
            case "key" -> Optional.of(key());
            case "value" -> value();
            case "headers" -> Optional.of(headers());
            case "partition" -> Optional.of(partition);
            case "offset" -> Optional.of(record.offset());
            case "timestamp" -> Optional.of(record.timestampMs());
            default -> Optional.empty();
        };
    }

    private Object key() {
        if (record.key() == null) {
            return JsonValues.NULL;
        }
        String text = Utf8.textOrNull(record.key());
        return text == null ? CelByteString.of(record.key()) : text;
    }

    private Optional<Object> value() {
        if (value == null) {
            value = record.value() == null
                    ? Optional.of(JsonValues.NULL)
                    : Optional.ofNullable(json.decode(record.value()));
        }
        return value;
    }

    private Map<String, String> headers() {
        if (headers == null) {
            headers = new HashMap<>();
            for (RecordHeader header : record.headers()) {
                String text = header.value() == null ? null : Utf8.textOrNull(header.value());
                if (text == null) {
                    headers.remove(header.name());
                } else {
                    headers.put(header.name(), text);
                }
            }
        }
        return headers;
    }
}
