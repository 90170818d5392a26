package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** How a record looks in the terminal. */
enum RecordFormat {

    /** As the node sent it, with JSON values as JSON. */
    JSON("json") {
        @Override
        String format(JsonNode record) {
            return record.toString();
        }
    },

    /** {@code 0@1043  14:03:21.123  dev-07  {"t":21.5}}: partition and offset, time of day, key, value. */
    TEXT("text") {
        @Override
        String format(JsonNode record) {
            return String.format(
                    "%s@%-8s %s  %-8s %s",
                    record.path("partition").asText(),
                    record.path("offset").asText(),
                    TIME.format(Instant.ofEpochMilli(record.path("timestamp").asLong())),
                    member(record, "key"),
                    member(record, "value"));
        }
    };

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    private final String valueFormat;

    RecordFormat(String valueFormat) {
        this.valueFormat = valueFormat;
    }

    /** The {@code format} to ask the node for (gateway protocol §2). */
    String valueFormat() {
        return valueFormat;
    }

    abstract String format(JsonNode record);

    private static String member(JsonNode record, String name) {
        JsonNode value = record.path(name);
        if (value.isTextual()) {
            return printable(value.textValue());
        }
        if (value.isMissingNode()) {
            JsonNode bytes = record.path(name + "_base64");
            return bytes.isMissingNode() ? "-" : "base64:" + bytes.textValue();
        }
        return value.isNull() ? "-" : printable(value.toString());
    }

    /** Records come from anybody: control characters must not reach the terminal, where they could move or recolour things. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "\u00b7");
    }
}
