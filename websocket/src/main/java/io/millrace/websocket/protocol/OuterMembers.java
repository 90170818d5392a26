package io.millrace.websocket.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * Reads of a message that is too much, because it is nested too deep or has too long a name or number, what is not: the members that are strings or
 * numbers, so that its error can have its {@code id}. Only for such messages: it costs a copy.
 */
final class OuterMembers {

    /** Reads characters and keeps no table of names, so their length does no harm: the message is bounded. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private OuterMembers() {}

    /** A parser for which all lists and objects in the message are empty. */
    static JsonParser parser(byte[] message) throws IOException {
        return JSON.createParser(emptied(message));
    }

    private static byte[] emptied(byte[] message) {
        byte[] outer = message.clone();
        int depth = 0;
        boolean inString = false;
        for (int i = 0; i < message.length; i++) {
            byte each = message[i];
            boolean inside = depth > 1;
            if (inString) {
                if (each == '\\') {
                    if (inside) {
                        outer[i] = ' ';
                    }
                    i++;
                } else if (each == '"') {
                    inString = false;
                }
            } else if (each == '"') {
                inString = true;
            } else if (each == '[' || each == '{') {
                depth++;
            } else if (each == ']' || each == '}') {
                depth--;
                inside = depth > 1;
            }
            if (inside && i < message.length) {
                outer[i] = ' ';
            }
        }
        return outer;
    }
}
