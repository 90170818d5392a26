package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.websocket.json.JsonText;
import io.millrace.websocket.protocol.ClientMessage.Place;
import io.millrace.websocket.protocol.ClientMessage.Produced;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The members of one message. All are read before any of them is judged, so that an error can say {@code id} and {@code sid} wherever they stand.
 * Members that nobody asks for may be anything.
 */
final class MessageMembers {

    static final int ID_BYTES_MAX = 64;
    private static final int SID_MAX = 65_535;

    /** More than any list of a message can have; what is longer is not kept. */
    private static final int LIST_MAX = 1_000;

    private enum Kind {
        STRING,
        INTEGER,
        LIST,
        NULL,
        /** Fractions, true and false, objects: no member is one of these. */
        OTHER
    }

    /** @param text of a string or an integer, as it is written */
    private record Member(Kind kind, String text, List<Member> elements) {}

    private static final Member NULL = new Member(Kind.NULL, null, List.of());
    private static final Member OTHER = new Member(Kind.OTHER, null, List.of());

    private final Map<String, Member> members = new HashMap<>();
    private final Map<String, WrongMember> wrong = new HashMap<>();
    private List<Place> offsets = List.of();
    private List<Produced> records = List.of();
    private String givenTwice;

    /** Reads the object that the parser has entered, to its end. */
    static MessageMembers read(JsonParser parser, byte[] json) throws IOException {
        MessageMembers all = new MessageMembers();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Member member = all.member(name, parser, parser.nextToken(), json);
            if (all.members.putIfAbsent(name, member) != null && all.givenTwice == null) {
                all.givenTwice = name;
            }
        }
        return all;
    }

    private Member member(String name, JsonParser parser, JsonToken token, byte[] json) throws IOException {
        boolean objects = name.equals("records") || name.equals("offsets");
        if (!objects || token != JsonToken.START_ARRAY) {
            return value(parser);
        }
        int depth = parser.getParsingContext().getNestingDepth();
        try {
            if (name.equals("records")) {
                records = records(parser, json);
            } else {
                offsets = offsets(parser);
            }
        } catch (WrongMember e) {
            wrong.putIfAbsent(name, e);
            while (parser.getParsingContext().getNestingDepth() >= depth) {
                parser.nextToken();
            }
        }
        return new Member(Kind.LIST, null, List.of());
    }

    private static Member value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> new Member(Kind.STRING, parser.getText(), List.of());
            case VALUE_NUMBER_INT -> new Member(Kind.INTEGER, parser.getText(), List.of());
            case VALUE_NULL -> NULL;
            case START_ARRAY -> list(parser);
            default -> {
                parser.skipChildren();
                yield OTHER;
            }
        };
    }

    private static Member list(JsonParser parser) throws IOException {
        List<Member> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (elements.size() <= LIST_MAX && parser.currentToken().isScalarValue()) {
                elements.add(value(parser));
            } else {
                parser.skipChildren();
                if (elements.size() <= LIST_MAX) {
                    elements.add(OTHER);
                }
            }
        }
        return new Member(Kind.LIST, null, elements);
    }

    private static List<Produced> records(JsonParser parser, byte[] json) throws IOException {
        List<Produced> records = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            records.add(ProducedRecordReader.read(parser, json));
        }
        return endOf(records, "records", parser);
    }

    private static List<Place> offsets(JsonParser parser) throws IOException {
        List<Place> places = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            MessageMembers place = read(parser, null);
            place.requireOnce();
            String topic = place.string("topic");
            long partition = place.integer("partition", Integer.MAX_VALUE);
            long offset = place.integer("offset", Long.MAX_VALUE);
            if (topic == null || partition < 0 || offset < 0) {
                throw new WrongMember("offsets: each needs a topic, a partition and an offset");
            }
            places.add(new Place(topic, (int) partition, offset));
        }
        return endOf(places, "offsets", parser);
    }

    private static <T> List<T> endOf(List<T> objects, String name, JsonParser parser) {
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new WrongMember(name + ": must be an array of objects");
        }
        return objects;
    }

    /** Throws WrongMember when a name is there twice. */
    void requireOnce() {
        if (givenTwice != null) {
            throw new WrongMember(givenTwice + ": is given twice; give it once");
        }
    }

    /** Of those that are not null. */
    Iterable<String> names() {
        return members.keySet().stream()
                .filter(name -> members.get(name) != NULL)
                .toList();
    }

    /** What an answer repeats; null when there is none. */
    String id() {
        String id = string("id");
        if (id != null && id.getBytes(StandardCharsets.UTF_8).length > ID_BYTES_MAX) {
            throw new WrongMember("id: is longer than " + ID_BYTES_MAX + " bytes");
        }
        return id;
    }

    /** {@link ServerMessage#NO_SID} when there is none. */
    int sid() {
        return (int) integer("sid", SID_MAX);
    }

    /** The id as far as there is a usable one: for an error about another member. */
    String idOrNull() {
        try {
            return "id".equals(givenTwice) ? null : id();
        } catch (WrongMember e) {
            return null;
        }
    }

    /** The same of the sid. */
    int sidOrNone() {
        try {
            return "sid".equals(givenTwice) ? ServerMessage.NO_SID : sid();
        } catch (WrongMember e) {
            return ServerMessage.NO_SID;
        }
    }

    /** Null when it is missing. */
    String string(String name) {
        Member member = present(name);
        return member == null ? null : text(name, member, member.kind == Kind.STRING, "a string");
    }

    /** A string, or an integer as it is written; null when it is missing. */
    String stringOrInteger(String name) {
        Member member = present(name);
        return member == null ? null : text(name, member, member.text != null, "a string or a whole number");
    }

    /** Between 0 and a maximum; -1 when it is missing. */
    long integer(String name, long max) {
        String must = max == Long.MAX_VALUE ? "a whole number of 0 or more" : "a whole number between 0 and " + max;
        Member member = present(name);
        if (member == null) {
            return -1;
        }
        String digits = text(name, member, member.kind == Kind.INTEGER, must);
        try {
            long number = Long.parseLong(digits);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new WrongMember(name + ": must be " + must);
    }

    /** An integer as it is written, whatever it is; null when it is missing. */
    String integerText(String name) {
        Member member = present(name);
        return member == null ? null : text(name, member, member.kind == Kind.INTEGER, "a whole number");
    }

    /** One string or a list of them. */
    List<String> strings(String name) {
        return texts(name, "a string or an array of strings", Kind.STRING, Kind.STRING);
    }

    /** One string, one integer, or a list of integers. */
    List<String> integers(String name) {
        return texts(name, "a string, a whole number or an array of whole numbers", Kind.STRING, Kind.INTEGER);
    }

    private List<String> texts(String name, String must, Kind single, Kind element) {
        Member member = present(name);
        if (member == null || member.kind != Kind.LIST) {
            return member == null
                    ? List.of()
                    : List.of(text(name, member, member.kind == single || member.kind == element, must));
        }
        if (member.elements.isEmpty()) {
            throw new WrongMember(name + ": is an empty list; write what it is to hold, or leave it out");
        }
        if (member.elements.size() > LIST_MAX) {
            throw new WrongMember(name + ": has more than " + LIST_MAX + " elements");
        }
        List<String> texts = new ArrayList<>(member.elements.size());
        for (Member each : member.elements) {
            texts.add(text(name, each, each.kind == element, must));
        }
        return texts;
    }

    /** Whatever stands there, for a name that means nothing. */
    String anything(String name) {
        String text = members.get(name).text;
        return text == null ? "" : text;
    }

    List<Place> offsets() {
        requireList("offsets");
        return offsets;
    }

    List<Produced> records() {
        requireList("records");
        return records;
    }

    private void requireList(String name) {
        Member member = present(name);
        if (member == null) {
            throw new WrongMember(name + ": is missing; write an array of objects");
        }
        if (member.kind != Kind.LIST) {
            throw new WrongMember(name + ": must be an array of objects");
        }
        if (wrong.containsKey(name)) {
            throw wrong.get(name);
        }
    }

    /** Null when it is missing; many programs write null for what they leave out. */
    private Member present(String name) {
        Member member = members.get(name);
        return member == NULL ? null : member;
    }

    private static String text(String name, Member member, boolean fits, String must) {
        if (!fits) {
            throw new WrongMember(name + ": must be " + must);
        }
        if (JsonText.hasHalfPair(member.text)) {
            throw new WrongMember(name + ": has half of a surrogate pair, which is no character; write both halves");
        }
        return member.text;
    }
}
