package io.millrace.cluster.peer;

import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Topic, cluster and directory ids between Java's type, which all of Millrace uses, and Kafka's. */
public final class KafkaIds {

    private KafkaIds() {}

    public static Uuid toKafka(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    public static UUID fromKafka(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
