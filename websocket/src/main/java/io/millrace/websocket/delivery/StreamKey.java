package io.millrace.websocket.delivery;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.Transport;
import java.util.Objects;

/**
 * What two followers must have in common to be sent the very same bytes.
 *
 * @param conflation null when every record is sent
 * @param table whether it shows the newest record of each key, and then what changes
 */
public record StreamKey(
        TopicPartition partition,
        Transport transport,
        ValueFormat format,
        Envelope envelope,
        RecordFilter filter,
        Projection projection,
        Conflation conflation,
        boolean table) {

    /** The key of a stream that sends every record. */
    public StreamKey(
            TopicPartition partition,
            Transport transport,
            ValueFormat format,
            Envelope envelope,
            RecordFilter filter,
            Projection projection) {
        this(partition, transport, format, envelope, filter, projection, null, false);
    }

    public StreamKey {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(envelope, "envelope");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(projection, "projection");
    }

    /** The same, conflated; null sends every record. */
    public StreamKey withConflation(Conflation how) {
        return new StreamKey(partition, transport, format, envelope, filter, projection, how, table);
    }

    /** The same, as a table or not. */
    public StreamKey withTable(boolean isTable) {
        return new StreamKey(partition, transport, format, envelope, filter, projection, conflation, isTable);
    }

    /** Whether what is to be done for a record is more than copying its bytes. */
    boolean decodesValues() {
        return filter.decodesValues() || !projection.isWhole();
    }
}
