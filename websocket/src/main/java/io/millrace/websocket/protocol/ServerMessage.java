package io.millrace.websocket.protocol;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import java.util.List;
import java.util.Map;

/**
 * What the server says beside records (gateway protocol §4.2). Clients of a subprotocol get all of them. SSE has some as named
 * events; plain WebSocket and NDJSON clients get the same ones when they ask with {@code control=1}. Those have no number for their
 * only subscription: {@link #NO_SID}.
 */
public sealed interface ServerMessage {

    /** Stands for: not about a subscription, or about the only one. */
    int NO_SID = -1;

    /** Stands for: credentials that do not expire. */
    long NO_EXPIRY = -1;

    /** The type of each; {@code records} messages are composed elsewhere. */
    Map<Class<? extends ServerMessage>, String> TYPES = Map.ofEntries(
            Map.entry(Welcome.class, "welcome"),
            Map.entry(AuthExpiring.class, "auth_expiring"),
            Map.entry(AuthOk.class, "auth_ok"),
            Map.entry(Subscribed.class, "subscribed"),
            Map.entry(Unsubscribed.class, "unsubscribed"),
            Map.entry(Checkpoint.class, "checkpoint"),
            Map.entry(GapNotice.class, "gap"),
            Map.entry(CaughtUp.class, "caught_up"),
            Map.entry(Sought.class, "sought"),
            Map.entry(Assigned.class, "assigned"),
            Map.entry(Revoked.class, "revoked"),
            Map.entry(Committed.class, "committed"),
            Map.entry(Produced.class, "produced"),
            Map.entry(Pong.class, "pong"),
            Map.entry(Heartbeat.class, "heartbeat"),
            Map.entry(Drain.class, "drain"),
            Map.entry(Failure.class, "error"));

    /** The value of the {@code type} member, and the name of the SSE event. */
    default String type() {
        return TYPES.get(getClass());
    }

    /** The JSON object. */
    String toJson();

    /**
     * The first message on a connection.
     *
     * @param authExpiresInMs {@link #NO_EXPIRY} when the client's credentials do not expire
     */
    record Welcome(String node, String protocol, long heartbeatMs, int maxMessageBytes, long authExpiresInMs)
            implements ServerMessage {
        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type())
                    .text("node", node)
                    .text("protocol", protocol)
                    .number("heartbeat_ms", heartbeatMs)
                    .number("max_message_bytes", maxMessageBytes);
            return (authExpiresInMs == NO_EXPIRY ? json : json.number("auth_expires_in_ms", authExpiresInMs)).end();
        }
    }

    /** The client's credentials expire soon. */
    record AuthExpiring(long inMs) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type()).number("in_ms", inMs).end();
        }
    }

    /**
     * The answer to {@code auth}.
     *
     * @param expiresInMs {@link #NO_EXPIRY} when the new credentials do not expire
     */
    record AuthOk(String id, long expiresInMs) implements ServerMessage {
        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type()).id(id);
            return (expiresInMs == NO_EXPIRY ? json : json.number("expires_in_ms", expiresInMs)).end();
        }
    }

    /**
     * A partition of a subscription that begins.
     *
     * @param alias stands for the topic in binary messages
     * @param position where it starts, -1 while that is not known
     * @param end the high watermark at that moment, -1 while it is not known
     */
    record SubscribedPartition(TopicPartition partition, int alias, long position, long end) {
        private String toJson() {
            return "{\"topic\":" + ErrorJson.quote(partition.topic()) + ",\"alias\":" + alias + ",\"partition\":"
                    + partition.partition() + ",\"position\":" + (position < 0 ? "null" : position) + ",\"end\":"
                    + (end < 0 ? "null" : end) + "}";
        }
    }

    /** A subscription begins, or gets more partitions. */
    record Subscribed(int sid, String id, boolean recovered, List<SubscribedPartition> partitions)
            implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type())
                    .sid(sid)
                    .id(id)
                    .flag("recovered", recovered)
                    .array("partitions", partitions, SubscribedPartition::toJson)
                    .end();
        }
    }

    /** Nothing of the subscription comes after this. */
    record Unsubscribed(int sid, String id) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type()).sid(sid).id(id).end();
        }
    }

    /**
     * Resuming with this token goes on right behind everything sent before it.
     *
     * @param lag records between this place and the high watermarks, -1 for not said
     */
    record Checkpoint(int sid, String id, String resume, long lag) implements ServerMessage {
        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type()).sid(sid).id(id).text("resume", resume);
            return lag < 0 ? json.end() : json.number("lag", lag).end();
        }
    }

    /** Records were lost. */
    record GapNotice(int sid, TopicPartition partition, Gap gap) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type())
                    .sid(sid)
                    .text("topic", partition.topic())
                    .number("partition", partition.partition())
                    .number("from", gap.from())
                    .number("to", gap.to())
                    .text("reason", gap.reason().wireName())
                    .end();
        }
    }

    /** The end offsets of the moment of subscribing have been passed. */
    record CaughtUp(int sid) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type()).sid(sid).end();
        }
    }

    /** Where one partition is. */
    record PartitionPosition(TopicPartition partition, long offset) {
        private String toJson() {
            return "{\"topic\":" + ErrorJson.quote(partition.topic()) + ",\"partition\":" + partition.partition()
                    + (offset < 0 ? "" : ",\"offset\":" + offset) + "}";
        }
    }

    /** The subscription goes on from here. */
    record Sought(int sid, String id, List<PartitionPosition> positions) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type())
                    .sid(sid)
                    .id(id)
                    .array("positions", positions, PartitionPosition::toJson)
                    .end();
        }
    }

    /** These partitions are the group member's now. */
    record Assigned(int sid, int generation, List<PartitionPosition> partitions) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type())
                    .sid(sid)
                    .number("generation", generation)
                    .array("partitions", partitions, PartitionPosition::toJson)
                    .end();
        }
    }

    /**
     * These partitions are not the group member's any longer; until the deadline it can commit what it finished.
     *
     * @param error why there is no deadline: the name of an error when others have them already, else null
     */
    record Revoked(int sid, int generation, long deadlineMs, String error, List<PartitionPosition> partitions)
            implements ServerMessage {
        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type())
                    .sid(sid)
                    .number("generation", generation)
                    .number("deadline_ms", deadlineMs);
            if (error != null) {
                json.text("error", error);
            }
            return json.array("partitions", partitions, PartitionPosition::toJson)
                    .end();
        }
    }

    /** The offsets are committed. */
    record Committed(int sid, String id) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type()).sid(sid).id(id).end();
        }
    }

    /**
     * Records are stored, or some of them are.
     *
     * @param offsets for each record an object, as the HTTP answer has it
     */
    record Produced(String id, boolean replayed, List<String> offsets) implements ServerMessage {
        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type()).id(id);
            if (replayed) {
                json.flag("replayed", true);
            }
            return json.array("offsets", offsets, each -> each).end();
        }
    }

    /** The answer to a {@code ping}. */
    record Pong(String id) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type()).id(id).end();
        }
    }

    /** A sign of life. */
    record Heartbeat(long timeMs) implements ServerMessage {
        @Override
        public String toJson() {
            return MessageJson.of(type()).number("time", timeMs).end();
        }
    }

    /**
     * The node is about to stop.
     *
     * @param graceMs until the connection is closed
     * @param resume the token of each subscription that has a number
     */
    record Drain(long reconnectAfterMs, long graceMs, Map<Integer, String> resume) implements ServerMessage {
        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type())
                    .number("reconnect_after_ms", reconnectAfterMs)
                    .number("grace_ms", graceMs);
            if (resume.isEmpty()) {
                return json.end();
            }
            StringBuilder tokens = new StringBuilder("{");
            resume.forEach((sid, token) -> tokens.append(tokens.length() == 1 ? "\"" : ",\"")
                    .append(sid)
                    .append("\":\"")
                    .append(token)
                    .append('"'));
            return json.raw("resume", tokens.append('}').toString()).end();
        }
    }

    /**
     * A request that could not be done, or the end of a subscription, or of the connection.
     *
     * @param ended whether it ends the subscription; told where there is one, and no request to be answered
     */
    record Failure(int sid, String id, MillraceException error, boolean ended) implements ServerMessage {

        /** One that is about no subscription. */
        public Failure(String id, MillraceException error) {
            this(NO_SID, id, error, false);
        }

        @Override
        public String toJson() {
            MessageJson json = MessageJson.of(type())
                    .sid(sid)
                    .id(id)
                    .number("code", error.code().kafkaCode())
                    .text("error", error.code().name())
                    .text("message", error.getMessage())
                    .flag("retriable", error.code().isRetriable());
            return (sid == NO_SID || id != null ? json : json.flag("ended", ended)).end();
        }
    }
}
