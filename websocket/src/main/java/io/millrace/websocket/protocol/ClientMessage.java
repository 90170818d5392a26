package io.millrace.websocket.protocol;

import io.millrace.cluster.record.NewRecord;
import java.util.List;
import java.util.Map;

/** What a client of a subprotocol can say (gateway protocol §4.1). {@link ClientMessageReader} makes them from JSON, {@link
 * ProduceFrameReader} from bytes. */
public sealed interface ClientMessage {

    /** What the answer repeats; may be null. */
    String id();

    /**
     * Begin a subscription.
     *
     * @param parameters as in a query string: the values of each name
     */
    record Subscribe(String id, int sid, Map<String, List<String>> parameters) implements ClientMessage {}

    /** End a subscription. */
    record Unsubscribe(String id, int sid) implements ClientMessage {}

    /** So many records more may be sent. */
    record Credit(String id, int sid, long records) implements ClientMessage {}

    /** Go on from another position, written as in {@code from}. */
    record Seek(String id, int sid, String from) implements ClientMessage {}

    /** Tell where the subscription is. */
    record Checkpoint(String id, int sid) implements ClientMessage {}

    /** A position to commit. */
    record Place(String topic, int partition, long offset) {}

    /** Commit positions for the group of a subscription. */
    record Commit(String id, int sid, List<Place> offsets) implements ClientMessage {}

    /**
     * A record to store.
     *
     * @param partition -1 to let the key decide
     */
    record Produced(int partition, NewRecord record) {}

    /**
     * Store records.
     *
     * @param acks as written, null for the default
     * @param timeoutMs -1 for the default
     * @param idempotencyKey null for none
     */
    record Produce(String id, String topic, String acks, long timeoutMs, String idempotencyKey, List<Produced> records)
            implements ClientMessage {}

    /** Who the client is from now on. */
    record Auth(String id, String token) implements ClientMessage {}

    /** Answer with a pong. */
    record Ping(String id) implements ClientMessage {}
}
