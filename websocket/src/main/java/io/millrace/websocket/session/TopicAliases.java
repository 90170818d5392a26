package io.millrace.websocket.session;

import io.millrace.websocket.delivery.Cursor;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The numbers that stand for the topics of a subscription in binary messages, in the order in which topics are first told. */
final class TopicAliases {

    /** The first topic of a subscription has it, so that most subscriptions can share messages. */
    static final int FIRST = 1;

    private final Map<UUID, Integer> aliases = new HashMap<>();

    int of(Cursor cursor) {
        return aliases.computeIfAbsent(cursor.partition().topicId(), id -> FIRST + aliases.size());
    }
}
