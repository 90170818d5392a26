package io.millrace.websocket.delivery;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies the selected members of a JSON value, byte for byte, in one pass over its tokens and without a tree. What is selected
 * in an array is selected in each of its elements; a value that is neither an object nor an array has no members and stays as it
 * is. Keeps scratch space: not thread-safe.
 */
final class JsonProjector {

    private final Member root;
    private final JsonCheck check;

    JsonProjector(Projection projection, JsonCheck check) {
        this.root = new Member(null, projection);
        this.check = check;
    }

    /**
     * Writes what is selected of a value.
     *
     * @return false when it is not JSON; nothing is written then
     */
    boolean write(byte[] json, ByteSink out) {
        if (!check.mayBeJson(json)) {
            return false;
        }
        int start = out.size();
        try (JsonParser parser = JsonCheck.parser(json)) {
            JsonToken first = parser.nextToken();
            if (first != null) {
                if (first.isStructStart()) {
                    writeSelected(parser, json, root, out);
                } else {
                    copy(parser, json, out);
                }
                if (parser.nextToken() == null) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Said by the answer.
        }
        out.truncate(start);
        return false;
    }

    private void writeSelected(JsonParser parser, byte[] json, Member member, ByteSink out) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            writeObject(parser, json, member, out);
        } else {
            writeArray(parser, json, member, out);
        }
    }

    private void writeObject(JsonParser parser, byte[] json, Member object, ByteSink out) throws IOException {
        out.write('{');
        boolean first = true;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Member member = object.members.get(parser.currentName());
            JsonToken value = parser.nextToken();
            if (member == null || (!member.isWhole() && !value.isStructStart())) {
                parser.skipChildren();
                continue;
            }
            if (!first) {
                out.write(',');
            }
            first = false;
            out.write(member.nameAndColon);
            if (member.isWhole()) {
                copy(parser, json, out);
            } else {
                writeSelected(parser, json, member, out);
            }
        }
        out.write('}');
    }

    private void writeArray(JsonParser parser, byte[] json, Member member, ByteSink out) throws IOException {
        out.write('[');
        boolean first = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (!token.isStructStart()) {
                continue;
            }
            if (!first) {
                out.write(',');
            }
            first = false;
            writeSelected(parser, json, member, out);
        }
        out.write(']');
    }

    /** Copies the value at whose first token the parser is. */
    private static void copy(JsonParser parser, byte[] json, ByteSink out) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        JsonToken token = parser.currentToken();
        int length;
        if (token.isStructStart() || token == JsonToken.VALUE_STRING) {
            parser.skipChildren();
            parser.finishToken();
            length = (int) parser.currentLocation().getByteOffset() - from;
        } else {
            length = parser.getTextLength();
        }
        out.write(json, from, length);
    }

    /** A selected member, with its name ready to be written. */
    private static final class Member {
        private final byte[] nameAndColon;
        private final Map<String, Member> members = new HashMap<>();

        Member(String name, Projection projection) {
            this.nameAndColon = name == null ? null : encoded(name);
            projection.members().forEach((each, below) -> members.put(each, new Member(each, below)));
        }

        boolean isWhole() {
            return members.isEmpty();
        }

        private static byte[] encoded(String name) {
            ByteSink out = new ByteSink(32);
            out.write('"');
            out.write(JsonStringEncoder.getInstance().quoteAsUTF8(name));
            out.writeAscii("\":");
            return out.toByteArray();
        }
    }
}
