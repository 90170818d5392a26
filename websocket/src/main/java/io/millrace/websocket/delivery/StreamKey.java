package io.millrace.websocket.delivery;

import io.millrace.cluster.partition.Isolation;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.WireForm;
import java.util.Objects;

/**
 * What two followers must have in common to be sent the very same bytes.
 *
 * @param deflated whether each record is compressed on its own; where messages hold many records they are compressed later
 * @param isolation whether records of transactions that are open or were aborted are among them
 * @param conflation null when every record is sent
 */
public record StreamKey(
        TopicPartition partition,
        WireForm form,
        boolean deflated,
        ValueFormat format,
        Envelope envelope,
        RecordFilter filter,
        Projection projection,
        Isolation isolation,
        Conflation conflation) {

    public StreamKey {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(form, "form");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(envelope, "envelope");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(projection, "projection");
        Objects.requireNonNull(isolation, "isolation");
    }

    /** Whether what is to be done for a record is more than copying its bytes. */
    boolean decodesValues() {
        return filter.decodesValues() || !projection.isWhole();
    }
}
