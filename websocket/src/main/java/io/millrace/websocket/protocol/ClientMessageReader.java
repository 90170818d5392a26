package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.protocol.ClientMessage.Place;
import io.millrace.websocket.protocol.ClientMessage.Produced;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
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

    private static final int DEPTH_MAX = 200;
    static final int ID_BYTES_MAX = 64;
    private static final int SID_MAX = 65_535;

    private static final JsonFactory JSON = JsonFactory.builder()
            // Names of members are the client's; the parser's own table of names is bounded, that of the JVM is not.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .build();

    /** What is made of a message of each type. */
    private static final Map<String, Function<Members, ClientMessage>> MAKERS = new TreeMap<>();

    static {
        MAKERS.put("subscribe", members -> new ClientMessage.Subscribe(members.id, sid(members), members.texts));
        MAKERS.put("unsubscribe", members -> new ClientMessage.Unsubscribe(members.id, sid(members)));
        MAKERS.put(
                "credit",
                members -> new ClientMessage.Credit(
                        members.id, sid(members), number("records", required(members, "records"))));
        MAKERS.put("seek", members -> new ClientMessage.Seek(members.id, sid(members), required(members, "from")));
        MAKERS.put("checkpoint", members -> new ClientMessage.Checkpoint(members.id, sid(members)));
        MAKERS.put("commit", ClientMessageReader::commit);
        MAKERS.put("produce", ClientMessageReader::produce);
        MAKERS.put("auth", members -> new ClientMessage.Auth(members.id, required(members, "token")));
        MAKERS.put("ping", members -> new ClientMessage.Ping(members.id));
    }

    private ClientMessageReader() {}

    /** The types of the messages that are understood. */
    public static Set<String> types() {
        return Collections.unmodifiableSet(MAKERS.keySet());
    }

    /** What a message has, before it is known what it must have. */
    private static final class Members {
        private String type;
        private String id;
        private int sid = ServerMessage.NO_SID;
        private final Map<String, List<String>> texts = new HashMap<>();
        private List<Place> places;
        private List<Produced> records;

        private String text(String name) {
            List<String> values = texts.get(name);
            return values == null || values.isEmpty() ? null : values.get(0);
        }
    }

    /**
     * Reads one message.
     *
     * @throws RefusedMessage when the message cannot be done; with its id, where that could be read
     * @throws MillraceException INVALID_REQUEST when it is not a JSON object at all
     */
    public static ClientMessage read(byte[] json) {
        Members members = new Members();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw notJson("it is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                member(parser, parser.currentName(), json, members);
            }
            if (parser.nextToken() != null) {
                throw notJson("something follows its JSON object");
            }
        } catch (JsonProcessingException e) {
            throw notJson("it is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw notJson("it is not JSON: " + e.getMessage());
        } catch (WrongMember e) {
            throw new RefusedMessage(members.sid, members.id, wrong(e.getMessage()));
        }
        try {
            return message(members);
        } catch (WrongMember e) {
            throw new RefusedMessage(members.sid, members.id, wrong(e.getMessage()));
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

    private static final class WrongMember extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongMember(String message) {
            super(message, null, false, false);
        }
    }

    private static MillraceException wrong(String message) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, message);
    }

    private static MillraceException notJson(String why) {
        return wrong("a message could not be read: " + why);
    }

    private static ClientMessage message(Members members) {
        if (members.type == null) {
            throw new WrongMember("type: is missing");
        }
        Function<Members, ClientMessage> maker = MAKERS.get(members.type);
        if (maker == null) {
            throw new WrongMember(
                    "type: '" + members.type + "' is not known; known are " + String.join(", ", MAKERS.keySet()));
        }
        return maker.apply(members);
    }

    private static ClientMessage.Commit commit(Members members) {
        if (members.places == null) {
            throw new WrongMember("offsets: is missing");
        }
        return new ClientMessage.Commit(members.id, sid(members), members.places);
    }

    private static ClientMessage.Produce produce(Members members) {
        if (members.records == null || members.records.isEmpty()) {
            throw new WrongMember("records: is missing or empty");
        }
        String timeout = members.text("timeout_ms");
        return new ClientMessage.Produce(
                members.id,
                required(members, "topic"),
                members.text("acks"),
                timeout == null ? -1 : number("timeout_ms", timeout),
                members.text("idempotency_key"),
                members.records);
    }

    private static int sid(Members members) {
        if (members.sid == ServerMessage.NO_SID) {
            throw new WrongMember("sid: is missing");
        }
        return members.sid;
    }

    private static String required(Members members, String name) {
        String text = members.text(name);
        if (text == null) {
            throw new WrongMember(name + ": is missing");
        }
        return text;
    }

    private static long number(String name, String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new WrongMember(name + ": '" + text + "' is not a number of 0 or more");
    }

    private static void member(JsonParser parser, String name, byte[] json, Members members) throws IOException {
        JsonToken value = parser.nextToken();
        switch (name) {
            case "type" -> members.type = scalar(parser, name);
            case "id" -> members.id = id(scalar(parser, name));
            case "sid" -> {
                long sid = number(name, scalar(parser, name));
                if (sid > SID_MAX) {
                    throw new WrongMember("sid: is not between 0 and " + SID_MAX);
                }
                members.sid = (int) sid;
            }
            case "records" -> {
                if (value == JsonToken.START_ARRAY) {
                    members.records = records(parser, json);
                } else {
                    members.texts.put(name, List.of(scalar(parser, name)));
                }
            }
            case "offsets" -> members.places = places(parser);
            default -> {
                List<String> texts = texts(parser, name, value);
                if (texts != null) {
                    members.texts.put(name, texts);
                }
            }
        }
    }

    private static String id(String id) {
        if (id.getBytes(StandardCharsets.UTF_8).length > ID_BYTES_MAX) {
            throw new WrongMember("id: is longer than " + ID_BYTES_MAX + " bytes");
        }
        return id;
    }

    /** The value as in a query string: a list has several, null none, an object cannot be one. */
    private static List<String> texts(JsonParser parser, String name, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        if (value != JsonToken.START_ARRAY) {
            return List.of(scalar(parser, name));
        }
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            texts.add(scalar(parser, name));
        }
        return texts;
    }

    private static String scalar(JsonParser parser, String name) throws IOException {
        if (!parser.currentToken().isScalarValue() || parser.currentToken() == JsonToken.VALUE_NULL) {
            throw new WrongMember(name + ": must be a string, a number, true or false");
        }
        return parser.getText();
    }

    private static List<Place> places(JsonParser parser) throws IOException {
        List<Place> places = new ArrayList<>();
        beginArray(parser, "offsets");
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String topic = null;
            long partition = -1;
            long offset = -1;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "topic" -> topic = scalar(parser, name);
                    case "partition" -> partition = number(name, scalar(parser, name));
                    case "offset" -> offset = number(name, scalar(parser, name));
                    default -> parser.skipChildren();
                }
            }
            if (topic == null || partition < 0 || partition > Integer.MAX_VALUE || offset < 0) {
                throw new WrongMember("offsets: each needs a topic, a partition and an offset");
            }
            places.add(new Place(topic, (int) partition, offset));
        }
        endArray(parser, "offsets");
        return places;
    }

    private static List<Produced> records(JsonParser parser, byte[] json) throws IOException {
        List<Produced> records = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            records.add(ProducedRecordReader.read(parser, json, WrongMember::new));
        }
        endArray(parser, "records");
        return records;
    }

    private static void beginArray(JsonParser parser, String name) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new WrongMember(name + ": must be an array of objects");
        }
    }

    private static void endArray(JsonParser parser, String name) {
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new WrongMember(name + ": must be an array of objects");
        }
    }
}
