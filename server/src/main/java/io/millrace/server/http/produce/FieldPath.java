package io.millrace.server.http.produce;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.HttpProblem;
import io.millrace.websocket.json.JsonText;
import java.io.IOException;
import java.util.List;

/** A place in a JSON object: member names joined by dots, {@code site.name}. */
final class FieldPath {

    private static final int NAMES_MAX = 16;

    private final String parameter;
    private final String text;
    private final List<String> names;

    private FieldPath(String parameter, String text) {
        this.parameter = parameter;
        this.text = text;
        this.names = List.of(text.split("\\.", -1));
    }

    /**
     * Reads a path; null stays null.
     *
     * @throws HttpProblem 400
     */
    static FieldPath of(String parameter, String text) {
        if (text == null) {
            return null;
        }
        FieldPath path = new FieldPath(parameter, text);
        if (path.names.contains("") || path.names.size() > NAMES_MAX) {
            throw HttpProblem.badRequest("'" + parameter + "' must be a path of up to " + NAMES_MAX
                    + " member names joined by dots, such as site.name, not '" + text + "'");
        }
        return path;
    }

    String parameter() {
        return parameter;
    }

    /**
     * The text of the string, number or boolean at this place of a valid JSON value; numbers as they are written.
     *
     * @throws MillraceException INVALID_RECORD when there is none
     */
    String textIn(byte[] json, int from, int length) {
        try (JsonParser parser = JsonText.parser(json, from, length, 0)) {
            parser.nextToken();
            for (String name : names) {
                if (!enter(parser, name)) {
                    throw missing("has none");
                }
            }
            JsonToken token = parser.currentToken();
            if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) {
                throw missing(token == JsonToken.VALUE_NULL ? "has null there" : "has an object or array there");
            }
            if (JsonText.hasHalfPair(parser.getText())) {
                throw missing("has half of a surrogate pair there, which is no character");
            }
            return parser.getText();
        } catch (IOException e) {
            throw new IllegalStateException("a value that was checked cannot be parsed", e);
        }
    }

    /** Goes on to the value of a member, if the parser stands at an object that has it. */
    private static boolean enter(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = parser.currentName().equals(name);
            parser.nextToken();
            if (found) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private MillraceException missing(String what) {
        return new MillraceException(
                ErrorCode.INVALID_RECORD,
                parameter + "=" + text + " names a string, number or boolean, but the record " + what
                        + "; it was not stored");
    }
}
