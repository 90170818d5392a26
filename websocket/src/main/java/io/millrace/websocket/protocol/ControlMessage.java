package io.millrace.websocket.protocol;

import io.millrace.cluster.error.MillraceException;

/**
 * What the server says about a stream, beside its records (gateway protocol §4.2). SSE has them as named events; WebSocket and
 * NDJSON clients get them when they ask with {@code control=1}.
 */
public sealed interface ControlMessage {

    /** The value of the {@code type} member, and the name of the SSE event. */
    String type();

    /** The JSON object, {@code type} first. */
    String toJson();

    /** Resuming with this token goes on right behind everything sent before it. */
    record Checkpoint(String resume) implements ControlMessage {
        @Override
        public String type() {
            return "checkpoint";
        }

        @Override
        public String toJson() {
            return "{\"type\":\"checkpoint\",\"resume\":\"" + resume + "\"}";
        }
    }

    /** Records were lost. */
    record GapNotice(String topic, int partition, Gap gap) implements ControlMessage {
        @Override
        public String type() {
            return "gap";
        }

        @Override
        public String toJson() {
            return "{\"type\":\"gap\",\"topic\":" + ErrorJson.quote(topic) + ",\"partition\":" + partition
                    + gap.toJson().replaceFirst("\\{", ",");
        }
    }

    /** The end offsets of the moment of subscribing have been passed. */
    record CaughtUp() implements ControlMessage {
        @Override
        public String type() {
            return "caught_up";
        }

        @Override
        public String toJson() {
            return "{\"type\":\"caught_up\"}";
        }
    }

    /** The node is about to stop. */
    record Drain(long reconnectAfterMs) implements ControlMessage {
        @Override
        public String type() {
            return "drain";
        }

        @Override
        public String toJson() {
            return "{\"type\":\"drain\",\"reconnect_after_ms\":" + reconnectAfterMs + "}";
        }
    }

    /** The stream ends with an error. */
    record Failure(MillraceException error) implements ControlMessage {
        @Override
        public String type() {
            return "error";
        }

        @Override
        public String toJson() {
            return ErrorJson.controlMessage(error.code(), error.getMessage());
        }
    }
}
