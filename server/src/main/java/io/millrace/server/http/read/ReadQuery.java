package io.millrace.server.http.read;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.QueryParameters;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.protocol.DurationText;
import io.millrace.websocket.subscription.Reset;
import io.millrace.websocket.subscription.StartPosition;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a read asks for.
 *
 * @param from where to start
 * @param reset what to do when that is not in the log
 * @param partitions at least one, in order
 * @param max how many records to answer at most
 * @param waitMs how long to wait when there is none
 * @param format how values are shown
 */
record ReadQuery(
        StartPosition from, Reset reset, List<TopicPartition> partitions, int max, long waitMs, ValueFormat format) {

    private static final Set<String> NAMES = Set.of("from", "resume", "reset", "partition", "max", "wait", "format");

    private static final int MAX_DEFAULT = 500;
    private static final int MAX_LIMIT = 10_000;

    /** Below the idle timeout of the listener, so that a waiting client is not taken for a silent one. */
    private static final long WAIT_MS_MAX = 60_000;

    /**
     * Reads the query.
     *
     * @throws MillraceException INVALID_REQUEST, or UNKNOWN_TOPIC_OR_PARTITION
     */
    static ReadQuery of(RoutingContext ctx, TopicMetadata topic) {
        QueryParameters query = QueryParameters.of(ctx, NAMES);
        if (query.has("from") && query.has("resume")) {
            throw HttpProblem.badRequest("give 'from' or 'resume', not both");
        }
        String from = query.has("resume") ? query.get("resume") : query.get("from");
        String wait = query.get("wait");
        long waitMs = wait == null ? 0 : DurationText.parseMs("wait", wait);
        if (waitMs > WAIT_MS_MAX) {
            throw HttpProblem.badRequest("'wait' must be at most " + WAIT_MS_MAX / 1000 + "s, not " + wait);
        }
        return new ReadQuery(
                from == null ? StartPosition.LATEST : StartPosition.parse(from),
                query.has("reset") ? Reset.parse(query.get("reset")) : Reset.EARLIEST,
                partitions(query.get("partition"), topic),
                (int) query.number("max", MAX_DEFAULT, 1, MAX_LIMIT),
                waitMs,
                query.has("format") ? ValueFormat.parse(query.get("format")) : ValueFormat.JSON);
    }

    private static List<TopicPartition> partitions(String text, TopicMetadata topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        if (text == null) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                partitions.add(new TopicPartition(topic.id(), topic.name(), p));
            }
            return partitions;
        }
        Set<Integer> chosen = new TreeSet<>();
        for (String number : text.split(",", -1)) {
            try {
                chosen.add(Integer.parseInt(number));
            } catch (NumberFormatException e) {
                throw HttpProblem.badRequest(
                        "'partition' must be numbers joined by commas, such as 0,3, not '" + text + "'");
            }
        }
        for (int p : chosen) {
            if (p < 0 || p >= topic.partitions().size()) {
                throw new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "topic '" + topic.name() + "' has partitions 0 to "
                                + (topic.partitions().size() - 1) + ", not " + p);
            }
            partitions.add(new TopicPartition(topic.id(), topic.name(), p));
        }
        return partitions;
    }
}
