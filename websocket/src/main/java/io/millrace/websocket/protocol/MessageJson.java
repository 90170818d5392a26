package io.millrace.websocket.protocol;

import java.util.List;
import java.util.function.Function;

/** Writes one message of the server: {@code type} first, then {@code sid}, then {@code id}, then what belongs to it. */
final class MessageJson {

    private final StringBuilder out = new StringBuilder(128);

    private MessageJson(String type) {
        out.append("{\"type\":\"").append(type).append('"');
    }

    static MessageJson of(String type) {
        return new MessageJson(type);
    }

    /** The subscription; nothing when it has no number. */
    MessageJson sid(int sid) {
        return sid == ServerMessage.NO_SID ? this : number("sid", sid);
    }

    /** The request that is answered; nothing when it had none. */
    MessageJson id(String id) {
        return id == null ? this : text("id", id);
    }

    MessageJson text(String name, String value) {
        return raw(name, value == null ? "null" : ErrorJson.quote(value));
    }

    MessageJson number(String name, long value) {
        return raw(name, Long.toString(value));
    }

    MessageJson flag(String name, boolean value) {
        return raw(name, Boolean.toString(value));
    }

    /** A value that is JSON already. */
    MessageJson raw(String name, String json) {
        out.append(",\"").append(name).append("\":").append(json);
        return this;
    }

    <T> MessageJson array(String name, List<T> elements, Function<T, String> json) {
        out.append(",\"").append(name).append("\":[");
        for (int i = 0; i < elements.size(); i++) {
            out.append(i == 0 ? "" : ",").append(json.apply(elements.get(i)));
        }
        out.append(']');
        return this;
    }

    String end() {
        return out.append('}').toString();
    }
}
