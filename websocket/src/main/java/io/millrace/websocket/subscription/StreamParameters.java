package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.protocol.WireForm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a client asks for with a stream (gateway protocol §2), checked. {@link ParameterTable} has what each parameter means. What is not
 * known is an error that names the parameter: a filter that is silently ignored would look like a stream that sends too much.
 *
 * <p>The expression of the filter is not compiled yet: that belongs on a worker.
 *
 * @param control whether the client wants messages beside records; null when it did not say
 * @param group null when the client joins none
 */
public record StreamParameters(
        TopicSelection selection,
        StartRule start,
        RecordShape shape,
        FlowRules flow,
        long heartbeatMs,
        Boolean control,
        GroupParameters group) {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    /** Parameters that may be given more than once. */
    private static final Set<String> REPEATABLE = Set.of("key", "topic", "topics");

    /** Parameters whose several values a message has in an array, and a query string between commas. */
    private static final Set<String> LISTS = Set.of("fields", "partition");

    /** Parameters that a {@code subscribe} message cannot have, and why. */
    private static final Map<String, String> OF_CONNECTIONS = Map.of(
            "heartbeat", "is of the whole connection; give it in the address of the WebSocket",
            "control", "a subprotocol always has messages beside records; leave it out");

    /**
     * The names of all parameters that {@code GET /stream} knows beside credentials ({@code header.NAME} for those of headers), for
     * documents. Any thread.
     */
    public static Set<String> names() {
        return ParameterTable.names();
    }

    /** Those of them that say which topics are followed: a URL that has the topic in its path does not take them. */
    public static Set<String> topicNames() {
        return Set.of("topic", "topic_pattern");
    }

    /** The same, with another object for the filter's expression. */
    public StreamParameters withWhere(WhereExpression expression) {
        return new StreamParameters(selection, start, shape.withWhere(expression), flow, heartbeatMs, control, group);
    }

    /** The same from another position. */
    StreamParameters from(StartPosition position) {
        return new StreamParameters(selection, start.at(position), shape, flow, heartbeatMs, control, group);
    }

    /** The same for the topic that the path of the request names. */
    public StreamParameters ofTopic(String topic) {
        if (!selection.isEmpty()) {
            throw ParameterTable.wrong("topic", "is in the path already; use /stream to follow several topics");
        }
        return new StreamParameters(selection.ofTopic(topic), start, shape, flow, heartbeatMs, control, group);
    }

    /**
     * Reads a query string.
     *
     * @param query decoded, in the order of the request
     * @param lastEventId the header of that name, or null
     * @throws MillraceException INVALID_REQUEST whose message begins with the parameter
     */
    public static StreamParameters parse(Map<String, List<String>> query, String lastEventId, GatewayLimits limits) {
        ParameterTable table = new ParameterTable(limits);
        query.forEach((name, values) -> {
            if (values.size() > 1 && !REPEATABLE.contains(name)) {
                throw ParameterTable.wrong(name, "is given " + values.size() + " times; give it once");
            }
            table.set(name, values);
        });
        if (lastEventId != null && !lastEventId.isEmpty()) {
            // The browser's own memory is newer than the address that it reconnects to.
            table.resumeInstead(LAST_EVENT_ID, lastEventId);
        }
        return table.build();
    }

    /**
     * Reads the members of a {@code subscribe} message.
     *
     * @throws MillraceException INVALID_REQUEST whose message begins with the member
     */
    public static StreamParameters parse(Map<String, List<String>> members, GatewayLimits limits) {
        OF_CONNECTIONS.forEach((name, why) -> {
            if (members.containsKey(name)) {
                throw ParameterTable.wrong(name, why);
            }
        });
        Map<String, List<String>> query = new HashMap<>();
        members.forEach(
                (name, values) -> query.put(name, LISTS.contains(name) ? List.of(String.join(",", values)) : values));
        query.values().removeIf(List::isEmpty);
        return parse(query, null, limits);
    }

    /** The form of a stream that was asked for in this one. */
    public WireForm form(WireForm asked) {
        if (asked == WireForm.BINARY && shape.format() == ValueFormat.BATCH) {
            return WireForm.BATCHES;
        }
        return asked == WireForm.PLAIN && flow.batch() > 1 ? WireForm.ARRAYS : asked;
    }

    /**
     * These parameters for a form of stream.
     *
     * @param isCloudEvents whether every message is to be a CloudEvent
     * @throws MillraceException INVALID_REQUEST when one of them makes no sense there
     */
    public StreamParameters in(WireForm form, boolean isCloudEvents) {
        require(flow.batch() == 1 || form == WireForm.PLAIN, "batch", "is for WebSockets without a subprotocol only");
        require(
                !Boolean.FALSE.equals(control) || !(form == WireForm.SSE || form.isSubprotocol()),
                "control",
                "0 is for NDJSON and for WebSockets without a subprotocol; all others always have messages beside records");
        require(
                flow.credit() == FlowRules.UNLIMITED || form.isSubprotocol(),
                "credit",
                "needs one of the subprotocols millrace.v1.json and millrace.v1.bin");
        if (form == WireForm.BINARY) {
            require(shape.envelope() == Envelope.RECORD, "envelope", "millrace.v1.bin has whole records only");
            require(
                    shape.format() == ValueFormat.JSON || shape.format() == ValueFormat.BATCH,
                    "format",
                    "values are bytes in millrace.v1.bin; leave it out, or write batch");
        } else {
            require(shape.format() != ValueFormat.BATCH, "format", "batch needs the subprotocol millrace.v1.bin");
        }
        if (group != null) {
            require(
                    form.isSubprotocol() || (form.transport() == WireForm.PLAIN.transport() && group.autoCommit()),
                    "group",
                    "needs one of the subprotocols millrace.v1.json and millrace.v1.bin, or a plain WebSocket with"
                            + " commit=auto");
        }
        if (!isCloudEvents) {
            return this;
        }
        return new StreamParameters(
                selection, start, shape.withEnvelope(Envelope.CLOUDEVENTS), flow, heartbeatMs, control, group);
    }

    private static void require(boolean condition, String name, String otherwise) {
        if (!condition) {
            throw new MillraceException(ErrorCode.INVALID_REQUEST, name + ": " + otherwise);
        }
    }
}
