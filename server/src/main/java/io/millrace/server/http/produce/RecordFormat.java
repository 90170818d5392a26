package io.millrace.server.http.produce;

import io.millrace.server.http.HttpProblem;
import java.util.Locale;

/** What a body holds, as its Content-Type says. */
enum RecordFormat {
    JSON(false, true),
    NDJSON(false, true),
    RAW(false, false),
    CLOUD_EVENT(false, false),
    CLOUD_EVENTS(false, false),
    /** Of any Content-Type: the attributes are in the headers of the request. */
    CLOUD_EVENT_BINARY(false, false),
    CONFLUENT_JSON(true, false),
    CONFLUENT_BINARY(true, false),
    CONFLUENT_TEXT(true, false);

    private static final String KNOWN =
            "application/json (one record), application/x-ndjson (one record per line), text/plain or"
                    + " application/octet-stream (one raw record), application/cloudevents+json,"
                    + " application/cloudevents-batch+json, any with ce- headers, application/vnd.kafka.json.v2+json,"
                    + " application/vnd.kafka.binary.v2+json, application/vnd.kafka.text.v2+json";

    private static final String CLOUD_EVENTS_PREFIX = "application/cloudevents";

    private final boolean confluent;
    private final boolean hasFields;

    RecordFormat(boolean confluent, boolean hasFields) {
        this.confluent = confluent;
        this.hasFields = hasFields;
    }

    /** Whether records carry their own key, partition, timestamp and headers, as in Confluent's REST API. */
    boolean isConfluent() {
        return confluent;
    }

    /** Whether {@code key_field} and {@code timestamp_field} can name a place in the value. */
    boolean hasFields() {
        return hasFields;
    }

    /** Whether the body itself is one CloudEvent or several, whatever the headers say (HTTP binding of CloudEvents, §3). */
    static boolean isCloudEvent(String contentType) {
        return contentType != null
                && contentType.regionMatches(true, 0, CLOUD_EVENTS_PREFIX, 0, CLOUD_EVENTS_PREFIX.length());
    }

    /**
     * Reads a Content-Type.
     *
     * @throws HttpProblem 415
     */
    static RecordFormat of(String contentType) {
        if (contentType == null) {
            throw HttpProblem.unsupportedMediaType("the request has no Content-Type; send one of: " + KNOWN);
        }
        // Most clients send exactly this; everything else may take longer.
        if (contentType.equals("application/json")) {
            return JSON;
        }
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
        RecordFormat format = switch (type) {
            case "application/json" -> JSON;
            case "application/x-ndjson" -> NDJSON;
            case "text/plain", "application/octet-stream" -> RAW;
            case "application/vnd.kafka.json.v2+json" -> CONFLUENT_JSON;
            case "application/vnd.kafka.binary.v2+json" -> CONFLUENT_BINARY;
            case "application/vnd.kafka.text.v2+json" -> CONFLUENT_TEXT;
            case "application/cloudevents+json" -> CLOUD_EVENT;
            case "application/cloudevents-batch+json" -> CLOUD_EVENTS;
            default ->
                throw HttpProblem.unsupportedMediaType(
                        "Content-Type '" + type + "' is not known; send one of: " + KNOWN);
        };
        if (format != RAW && parameters >= 0) {
            checkCharset(contentType.substring(parameters).toLowerCase(Locale.ROOT));
        }
        return format;
    }

    /** JSON between systems is UTF-8 (RFC 8259 §8.1); bytes of another charset would be stored as something they are not. */
    private static void checkCharset(String parameters) {
        int charset = parameters.indexOf("charset=");
        if (charset < 0) {
            return;
        }
        String value = parameters.substring(charset + 8).replace("\"", "").trim();
        if (!value.startsWith("utf-8") && !value.startsWith("us-ascii")) {
            throw HttpProblem.unsupportedMediaType("JSON must be UTF-8, not '" + value + "'");
        }
    }
}
