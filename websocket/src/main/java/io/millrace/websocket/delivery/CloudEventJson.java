package io.millrace.websocket.delivery;

import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes records as CloudEvents in JSON (CloudEvents 1.0.2, JSON event format; Kafka protocol binding §3). A record whose {@code ce_*}
 * headers make an event is that event again; any other becomes one of type {@code millrace.record}.
 */
final class CloudEventJson {

    private static final String PREFIX = "ce_";
    private static final String CONTENT_TYPE = "content-type";

    private final RecordJson json;
    private final String source;
    private final int partition;

    CloudEventJson(String topic, int partition, RecordJson json) {
        this.json = json;
        this.source = "/topics/" + topic;
        this.partition = partition;
    }

    void write(StreamRecord record, ByteSink out) {
        Map<String, byte[]> attributes = attributes(record);
        out.writeAscii("{\"specversion\":");
        if (attributes == null) {
            text("1.0", out);
            member("id", partition + "-" + record.offset(), out);
            member("source", source, out);
            member("type", "millrace.record", out);
            member("time", Instant.ofEpochMilli(record.timestampMs()).toString(), out);
            if (record.key() != null) {
                json.writeTextMember(",\"partitionkey", record.key(), out);
            }
        } else {
            RecordJson.writeString(out, attributes.remove("specversion"));
            attributes.forEach((name, value) -> {
                name(name, out);
                RecordJson.writeString(out, value);
            });
        }
        String contentType = contentType(record);
        if (contentType != null && attributes != null) {
            member("datacontenttype", contentType, out);
        }
        data(record.value(), contentType, out);
        out.write('}');
    }

    private void data(byte[] value, String contentType, ByteSink out) {
        if (value == null) {
            return;
        }
        int start = out.size();
        if (contentType == null || isJson(contentType)) {
            out.writeAscii(",\"data\":");
            if (json.writeJson(value, out)) {
                return;
            }
            out.truncate(start);
        } else if (contentType.startsWith("text/")) {
            json.writeTextMember(",\"data", value, out);
            return;
        }
        RecordJson.writeBase64Member(",\"data", value, out);
    }

    private static boolean isJson(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters)).strip();
        return type.endsWith("/json") || type.endsWith("+json");
    }

    /** The attributes of the event that the record holds; null when it holds none. */
    private Map<String, byte[]> attributes(StreamRecord record) {
        Map<String, byte[]> attributes = new HashMap<>();
        for (RecordHeader header : record.headers()) {
            String name = header.name();
            if (name.startsWith(PREFIX)
                    && header.value() != null
                    && json.isUtf8(header.value())
                    && isAttribute(name.substring(PREFIX.length()))) {
                attributes.put(name.substring(PREFIX.length()), header.value());
            }
        }
        boolean isEvent = attributes.containsKey("specversion")
                && attributes.containsKey("id")
                && attributes.containsKey("source")
                && attributes.containsKey("type");
        return isEvent ? attributes : null;
    }

    /** Only letters and digits, as the specification has it: nothing else can hide a second member of the object. */
    private static boolean isAttribute(String name) {
        return !name.isEmpty()
                && !name.equals("data")
                && !name.equals("datacontenttype")
                && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9');
    }

    private static String contentType(StreamRecord record) {
        for (RecordHeader header : record.headers()) {
            if (header.name().equalsIgnoreCase(CONTENT_TYPE) && header.value() != null) {
                return new String(header.value(), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    private static void member(String name, String value, ByteSink out) {
        name(name, out);
        text(value, out);
    }

    private static void name(String name, ByteSink out) {
        out.writeAscii(",\"");
        out.writeAscii(name);
        out.writeAscii("\":");
    }

    private static void text(String value, ByteSink out) {
        RecordJson.writeString(out, value.getBytes(StandardCharsets.UTF_8));
    }
}
