package io.millrace.server.kafka.handler;

import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Topic and cluster ids between Java's type, which all of Millrace uses, and Kafka's. */
final class TopicIds {

    private TopicIds() {}

    static Uuid toKafka(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    static UUID fromKafka(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
