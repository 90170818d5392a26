package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.json.JsonProblem;
import io.millrace.websocket.json.JsonText;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads the messages of clients. JSON is read by Jackson, once and without a tree; the values of records to store are cut out of the
 * message as they are. Bounded by the size of a message and by a depth. Stateless.
 */
public final class ClientMessageReader {

    static final int ID_BYTES_MAX = MessageMembers.ID_BYTES_MAX;

    /** What is made of a message of each type. */
    private static final Map<String, Function<MessageMembers, ClientMessage>> MAKERS = new TreeMap<>();

    static {
        MAKERS.put(
                "subscribe",
                members -> new ClientMessage.Subscribe(members.id(), sid(members), SubscribeMembers.of(members)));
        MAKERS.put("unsubscribe", members -> new ClientMessage.Unsubscribe(members.id(), sid(members)));
        MAKERS.put("credit", ClientMessageReader::credit);
        MAKERS.put(
                "seek",
                members -> new ClientMessage.Seek(
                        members.id(), sid(members), required("from", members.stringOrInteger("from"))));
        MAKERS.put("checkpoint", members -> new ClientMessage.Checkpoint(members.id(), sid(members)));
        MAKERS.put("commit", members -> new ClientMessage.Commit(members.id(), sid(members), members.offsets()));
        MAKERS.put("produce", ClientMessageReader::produce);
        MAKERS.put("auth", members -> new ClientMessage.Auth(members.id(), required("token", members.string("token"))));
        MAKERS.put("ping", members -> new ClientMessage.Ping(members.id()));
    }

    private ClientMessageReader() {}

    /** The types of the messages that are understood. */
    public static Set<String> types() {
        return Collections.unmodifiableSet(MAKERS.keySet());
    }

    /**
     * Reads one message.
     *
     * @throws RefusedMessage when the message cannot be done; with its id, where it has a usable one
     * @throws MillraceException INVALID_REQUEST when it is not a JSON object at all
     */
    public static ClientMessage read(byte[] json) {
        MessageMembers members = members(json);
        try {
            return message(members);
        } catch (WrongMember e) {
            throw refused(members, e.getMessage());
        }
    }

    private static MessageMembers members(byte[] json) {
        String encoding = JsonText.encodingProblem(json, 0, json.length);
        if (encoding != null) {
            throw notJson(encoding);
        }
        try (JsonParser parser = JsonText.parser(json, 0, json.length, JsonText.AROUND_MAX)) {
            return object(parser, json);
        } catch (IOException e) {
            MessageMembers outer = JsonProblem.isTooMuch(e) ? outer(json) : null;
            if (outer != null) {
                throw refused(outer, "the message was not carried out: " + JsonProblem.explain(e));
            }
            throw notJson("it is not JSON: " + JsonProblem.explain(e));
        }
    }

    private static MessageMembers object(JsonParser parser, byte[] json) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw notJson("it is not a JSON object");
        }
        MessageMembers members = MessageMembers.read(parser, json);
        if (parser.nextToken() != null) {
            throw notJson("something follows its JSON object");
        }
        return members;
    }

    /** What a message that is too much has beside what is too much; null when it is not JSON either. */
    private static MessageMembers outer(byte[] json) {
        try (JsonParser parser = OuterMembers.parser(json)) {
            return object(parser, json);
        } catch (IOException e) {
            return null;
        }
    }

    /** A message that is JSON and still cannot be done. */
    public static final class RefusedMessage extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int sid;
        private final String id;
        private final transient MillraceException error;

        RefusedMessage(int sid, String id, MillraceException error) {
            super(error.getMessage(), error, false, false);
            this.sid = sid;
            this.id = id;
            this.error = error;
        }

        public int sid() {
            return sid;
        }

        public String id() {
            return id;
        }

        public MillraceException error() {
            return error;
        }
    }

    private static RefusedMessage refused(MessageMembers members, String why) {
        return new RefusedMessage(members.sidOrNone(), members.idOrNull(), wrong(why));
    }

    private static MillraceException wrong(String message) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, message);
    }

    private static MillraceException notJson(String why) {
        return wrong("a message could not be read: " + why);
    }

    private static ClientMessage message(MessageMembers members) {
        members.requireOnce();
        members.id();
        members.sid();
        String type = required("type", members.string("type"));
        Function<MessageMembers, ClientMessage> maker = MAKERS.get(type);
        if (maker == null) {
            throw new WrongMember("type: '" + type + "' is not known; known are " + String.join(", ", MAKERS.keySet()));
        }
        return maker.apply(members);
    }

    private static ClientMessage.Credit credit(MessageMembers members) {
        long records = members.integer("records", Long.MAX_VALUE);
        if (records < 0) {
            throw new WrongMember("records: is missing");
        }
        return new ClientMessage.Credit(members.id(), sid(members), records);
    }

    private static ClientMessage.Produce produce(MessageMembers members) {
        List<ClientMessage.Produced> records = members.records();
        if (records.isEmpty()) {
            throw new WrongMember("records: is empty; write at least one record");
        }
        return new ClientMessage.Produce(
                members.id(),
                required("topic", members.string("topic")),
                members.stringOrInteger("acks"),
                members.integer("timeout_ms", Integer.MAX_VALUE),
                members.string("idempotency_key"),
                records);
    }

    private static int sid(MessageMembers members) {
        int sid = members.sid();
        if (sid == ServerMessage.NO_SID) {
            throw new WrongMember("sid: is missing");
        }
        return sid;
    }

    private static String required(String name, String text) {
        if (text == null) {
            throw new WrongMember(name + ": is missing");
        }
        return text;
    }
}
