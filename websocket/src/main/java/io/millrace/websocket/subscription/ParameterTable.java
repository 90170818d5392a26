package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.pattern.ClientPattern;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Projection;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.protocol.DurationText;
import io.millrace.websocket.protocol.ResumeToken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The parameters of a stream: for each name what it sets. Collects those of one request. */
final class ParameterTable {

    /** What the parameters for headers begin with. */
    private static final String HEADER = "header.";

    private static final int PATTERN_CHARS_MAX = 256;
    private static final int BATCH_MAX = 10_000;
    /** Behind so much a client with {@code slow=skip} or {@code slow=close} and no {@code max_lag} does not keep up. */
    private static final long MAX_LAG_DEFAULT = 1_000;

    private interface Setter {
        void set(ParameterTable table, String value);
    }

    /** Parameters with one value. */
    private static final Map<String, Setter> SETTERS = new TreeMap<>();

    static {
        SETTERS.put("topic_pattern", (table, value) -> table.pattern(value));
        SETTERS.put("partition", (table, value) -> table.partitions(value));
        SETTERS.put("from", (table, value) -> table.from = StartPosition.parse(value));
        SETTERS.put("resume", (table, value) -> table.resume("resume", value));
        SETTERS.put("last_event_id", (table, value) -> table.resume("last_event_id", value));
        SETTERS.put("reset", (table, value) -> table.reset = Reset.parse(value));
        SETTERS.put("format", (table, value) -> table.format = ValueFormat.parse(value));
        SETTERS.put("envelope", (table, value) -> table.envelope = Envelope.parse(value));
        SETTERS.put(
                "key_prefix",
                (table, value) -> table.filter = table.filter.withKeyPrefix(checkUtf8("key_prefix", value)));
        SETTERS.put("where", (table, value) -> table.filter = table.filter.withWhere(new WhereExpression(value)));
        SETTERS.put("fields", (table, value) -> table.projection = Projection.parse(value));
        SETTERS.put(
                "isolation",
                (table, value) -> table.isolation = isFirst("isolation", value, "read_committed", "read_uncommitted")
                        ? Isolation.READ_COMMITTED
                        : Isolation.READ_UNCOMMITTED);
        SETTERS.put("view", (table, value) -> table.table = isFirst("view", value, "table", "log"));
        SETTERS.put("conflate", (table, value) -> table.conflate = value);
        SETTERS.put("conflate_by", (table, value) -> table.conflateBy = value);
        SETTERS.put("heartbeat", (table, value) -> table.heartbeat(value));
        SETTERS.put("limit", (table, value) -> table.limit = count("limit", value, Long.MAX_VALUE));
        SETTERS.put("until", (table, value) -> table.untilLatest = isFirst("until", value, "latest", null));
        SETTERS.put("control", (table, value) -> table.control = isFirst("control", value, "1", "0"));
        SETTERS.put("batch", (table, value) -> table.batch = (int) count("batch", value, BATCH_MAX));
        SETTERS.put("slow", (table, value) -> table.slow = SlowPolicy.parse(value));
        SETTERS.put("max_lag", (table, value) -> table.maxLag = count("max_lag", value, Long.MAX_VALUE));
        SETTERS.put("credit", (table, value) -> table.credit = number("credit", value));
        SETTERS.put("group", (table, value) -> table.group = notEmpty("group", value));
        SETTERS.put("instance", (table, value) -> table.instance = notEmpty("instance", value));
        SETTERS.put("commit", (table, value) -> table.autoCommit = isFirst("commit", value, "auto", "manual") ? 1 : 0);
    }

    /** What every parameter is called; {@code header.NAME} stands for all of its kind, and {@code topic} for its other name, too. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(SETTERS.keySet());
        names.addAll(Set.of("key", "topic", HEADER + "NAME"));
        return names;
    }

    private final GatewayLimits limits;
    private final List<String> topics = new ArrayList<>();
    private ClientPattern pattern;
    private final SortedSet<Integer> partitions = new TreeSet<>();
    private StartPosition from;
    private ResumeToken resume;
    private String resumeName;
    private Reset reset = Reset.EARLIEST;
    private ValueFormat format = ValueFormat.JSON;
    private Envelope envelope = Envelope.RECORD;
    private RecordFilter filter = RecordFilter.ALL;
    private final Map<String, String> headers = new HashMap<>();
    private Projection projection = Projection.WHOLE;
    private Isolation isolation = Isolation.READ_COMMITTED;
    private boolean table;
    private String conflate;
    private String conflateBy;
    private long heartbeatMs;
    private long limit = Long.MAX_VALUE;
    private boolean untilLatest;
    /** Null when it was not said. */
    private Boolean control;

    private int batch = 1;
    private SlowPolicy slow = SlowPolicy.WAIT;
    private long maxLag = -1;
    private long credit = FlowRules.UNLIMITED;
    private String group;
    private String instance;
    /** -1 when it was not said. */
    private int autoCommit = -1;

    ParameterTable(GatewayLimits limits) {
        this.limits = limits;
        this.heartbeatMs = limits.heartbeatDefaultMs();
    }

    static MillraceException wrong(String name, String what) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, name + ": " + what);
    }

    private void resume(String name, String token) {
        if (resume != null) {
            throw wrong(name, "means the same as " + resumeName + "; give one of the two");
        }
        resumeInstead(name, token);
    }

    /** Goes on by this token, whatever others there are. */
    void resumeInstead(String name, String token) {
        resume = ResumeToken.parse(name, token);
        resumeName = name;
    }

    void set(String name, List<String> values) {
        Setter setter = SETTERS.get(name);
        if (setter != null) {
            if (values.size() > 1) {
                throw wrong(name, "has " + values.size() + " values; give it one");
            }
            setter.set(this, values.get(0));
        } else if (name.equals("key")) {
            keys(values);
        } else if (name.equals("topic") || name.equals("topics")) {
            topics(name, values);
        } else if (name.startsWith(HEADER)) {
            header(name, values.get(0));
        } else {
            throw wrong(name, "this parameter is not known; known are " + String.join(", ", names()));
        }
    }

    private void topics(String parameter, List<String> names) {
        for (String name : names) {
            if (name.isEmpty()) {
                throw wrong(parameter, "the name of the topic is missing");
            }
            if (!topics.contains(name)) {
                topics.add(name);
            }
        }
        if (topics.size() > limits.topicsMax()) {
            throw wrong(parameter, "at most " + limits.topicsMax() + " topics can be followed by one subscription");
        }
    }

    private void pattern(String text) {
        if (text.isEmpty() || text.length() > PATTERN_CHARS_MAX) {
            throw wrong("topic_pattern", "must have 1 to " + PATTERN_CHARS_MAX + " characters");
        }
        try {
            pattern = ClientPattern.of(text);
        } catch (MillraceException e) {
            throw wrong("topic_pattern", e.getMessage());
        }
    }

    private void partitions(String text) {
        for (String part : text.split(",", -1)) {
            if (part.isEmpty() || part.length() > 9 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw wrong("partition", "'" + text + "' is not a list of partitions, such as 0,3");
            }
            partitions.add(Integer.parseInt(part));
        }
    }

    private void keys(List<String> keys) {
        if (keys.size() > limits.keysMax()) {
            throw wrong("key", "is given " + keys.size() + " times; at most " + limits.keysMax() + " are allowed");
        }
        keys.forEach(key -> checkUtf8("key", key));
        filter = filter.withKeys(keys);
    }

    private void header(String parameter, String value) {
        if (parameter.length() == HEADER.length()) {
            throw wrong(parameter, "the name of the header is missing; write header.NAME=value");
        }
        checkUtf8(parameter, parameter);
        headers.put(parameter.substring(HEADER.length()), checkUtf8(parameter, value));
        if (headers.size() > limits.keysMax()) {
            throw wrong(parameter, "at most " + limits.keysMax() + " headers can be asked for");
        }
    }

    /** What is no UTF-8 was replaced when the address was decoded; it would look for something else than it says. */
    private static String checkUtf8(String name, String value) {
        if (value.indexOf('\uFFFD') >= 0) {
            throw wrong(name, "is not UTF-8; only keys and headers that are UTF-8 text can be asked for");
        }
        return value;
    }

    private static String notEmpty(String name, String value) {
        if (value.isEmpty()) {
            throw wrong(name, "is empty");
        }
        return value;
    }

    private void heartbeat(String text) {
        heartbeatMs = DurationText.parseMs("heartbeat", text);
        if (heartbeatMs < limits.heartbeatMinMs() || heartbeatMs > limits.heartbeatMaxMs()) {
            throw wrong(
                    "heartbeat",
                    text + " is not between " + limits.heartbeatMinMs() + "ms and " + limits.heartbeatMaxMs() + "ms");
        }
    }

    private static long count(String name, String text, long max) {
        long count = number(name, text);
        if (count == 0 || count > max) {
            throw wrong(
                    name,
                    "'" + text + "' is not a number of records; write 1 or more"
                            + (max == Long.MAX_VALUE ? "" : ", up to " + max));
        }
        return count;
    }

    private static long number(String name, String text) {
        if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw wrong(name, "'" + text + "' is not a number of records; write 1 or more");
        }
        return Long.parseLong(text);
    }

    /** True for one word, false for another; null when there is no other. */
    private static boolean isFirst(String name, String value, String yes, String no) {
        if (value.equals(yes) || value.equals(no)) {
            return value.equals(yes);
        }
        throw wrong(name, "'" + value + "' is not known; write " + (no == null ? yes : no + " or " + yes));
    }

    StreamParameters build() {
        filter = filter.withHeaders(headers);
        checkBatches();
        if (!projection.isWhole() && format != ValueFormat.JSON) {
            throw wrong("fields", "needs format=json, which is the default; other formats do not look into values");
        }
        if (envelope == Envelope.CLOUDEVENTS && format != ValueFormat.JSON) {
            throw wrong("envelope", "cloudevents needs format=json, which is the default");
        }
        if (!topics.isEmpty() && pattern != null) {
            throw wrong("topic_pattern", "cannot be given together with topic; write it so that it finds all of them");
        }
        if (table && from != null && !(from instanceof StartPosition.Earliest)) {
            throw wrong("from", "a table begins with the newest record of each key; leave it out, or use resume");
        }
        if (table && isolation == Isolation.READ_UNCOMMITTED) {
            throw wrong("isolation", "a table shows only what is committed; leave it out");
        }
        if (table && conflateBy != null && !conflateBy.equals("key")) {
            throw wrong("conflate_by", "a table has one record of each key; leave it out");
        }
        if (maxLag >= 0 && slow == SlowPolicy.WAIT) {
            throw wrong("max_lag", "needs slow=skip or slow=close");
        }
        return new StreamParameters(
                new TopicSelection(topics, pattern, partitions),
                new StartRule(from, resume, resumeName, reset),
                new RecordShape(
                        format, envelope, filter, projection, isolation, Conflation.parse(conflate, conflateBy), table),
                new FlowRules(limit, untilLatest, slow, maxLag < 0 ? MAX_LAG_DEFAULT : maxLag, credit, batch),
                heartbeatMs,
                control,
                group());
    }

    /** Batches are sent as they are stored: nobody looks into them. */
    private void checkBatches() {
        if (format != ValueFormat.BATCH) {
            return;
        }
        String cannot = null;
        if (!filter.equals(RecordFilter.ALL)) {
            cannot = "filters (key, key_prefix, header.NAME, where)";
        } else if (!projection.isWhole()) {
            cannot = "fields";
        } else if (conflate != null) {
            cannot = "conflate";
        } else if (table) {
            cannot = "view=table";
        }
        if (cannot != null) {
            throw wrong(
                    "format",
                    "batch sends whole batches as they are stored; it cannot be given together with " + cannot);
        }
    }

    private GroupParameters group() {
        if (group == null) {
            String without = instance != null ? "instance" : autoCommit >= 0 ? "commit" : null;
            if (without != null) {
                throw wrong(without, "needs group");
            }
            if (from instanceof StartPosition.Committed) {
                throw wrong("from", "'committed' needs group: it is where the group is");
            }
            return null;
        }
        if (table) {
            throw wrong("view", "a member of a group is to see every record; leave it out");
        }
        if (conflate != null) {
            throw wrong("conflate", "a member of a group is to see every record; leave it out");
        }
        if (untilLatest) {
            throw wrong("until", "a member of a group has no end: partitions come and go; leave it out");
        }
        if (resume != null) {
            throw wrong("resume", "a member of a group goes on where the group is; leave it out");
        }
        if (!(from == null
                || from instanceof StartPosition.Committed
                || from instanceof StartPosition.Earliest
                || from instanceof StartPosition.Latest)) {
            throw wrong("from", "a member of a group begins at committed, or, where nothing is, at earliest or latest");
        }
        if (!partitions.isEmpty()) {
            throw wrong("partition", "the group decides which partitions a member gets; leave it out");
        }
        return new GroupParameters(group, instance, autoCommit != 0);
    }
}
