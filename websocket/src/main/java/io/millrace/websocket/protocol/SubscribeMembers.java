package io.millrace.websocket.protocol;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The parameters of a {@code subscribe} message as a query string has them. Strings are strings and numbers are numbers; positions, {@code control} and
 * {@code partition} may be either, because offsets and partitions are numbers and lists of them are text. What a name means, and whether it is known, is
 * decided where query strings are read.
 */
final class SubscribeMembers {

    /** Those of every message, that are no parameters. */
    private static final Set<String> OF_MESSAGES = Set.of("type", "id", "sid");

    private interface Reader {
        List<String> read(MessageMembers members, String name);
    }

    private static final Reader STRING = (members, name) -> List.of(members.string(name));
    private static final Reader INTEGER = (members, name) -> List.of(members.integerText(name));
    private static final Reader EITHER = (members, name) -> List.of(members.stringOrInteger(name));
    private static final Reader ANYTHING = (members, name) -> List.of(members.anything(name));

    private static final Map<String, Reader> READERS = Map.ofEntries(
            Map.entry("topic", MessageMembers::strings),
            Map.entry("topics", MessageMembers::strings),
            Map.entry("key", MessageMembers::strings),
            Map.entry("fields", MessageMembers::strings),
            Map.entry("partition", MessageMembers::integers),
            Map.entry("from", EITHER),
            Map.entry("control", EITHER),
            Map.entry("limit", INTEGER),
            Map.entry("max_lag", INTEGER),
            Map.entry("credit", INTEGER),
            Map.entry("batch", INTEGER),
            // They mean something in other messages only.
            Map.entry("records", ANYTHING),
            Map.entry("offsets", ANYTHING));

    private SubscribeMembers() {}

    /** Throws WrongMember. */
    static Map<String, List<String>> of(MessageMembers members) {
        Map<String, List<String>> parameters = new HashMap<>();
        for (String name : members.names()) {
            if (!OF_MESSAGES.contains(name)) {
                parameters.put(name, READERS.getOrDefault(name, STRING).read(members, name));
            }
        }
        return parameters;
    }
}
