package io.millrace.websocket.delivery;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.Transport;
import java.util.Objects;

/** What two followers must have in common to be sent the very same bytes. */
public record StreamKey(
        TopicPartition partition,
        Transport transport,
        ValueFormat format,
        Envelope envelope,
        RecordFilter filter,
        Projection projection) {

    public StreamKey {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(envelope, "envelope");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(projection, "projection");
    }

    /** Whether what is to be done for a record is more than copying its bytes. */
    boolean decodesValues() {
        return filter.decodesValues() || !projection.isWhole();
    }
}
