package io.millrace.websocket.subscription;

import io.millrace.cluster.partition.Isolation;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Projection;
import io.millrace.websocket.delivery.StreamKey;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.protocol.WireForm;

/**
 * Which records a client wants, and in what shape.
 *
 * @param conflation null when it wants every record
 */
public record RecordShape(
        ValueFormat format,
        Envelope envelope,
        RecordFilter filter,
        Projection projection,
        Isolation isolation,
        Conflation conflation) {

    /** The same, with another object for the filter's expression. */
    public RecordShape withWhere(WhereExpression expression) {
        return new RecordShape(format, envelope, filter.withWhere(expression), projection, isolation, conflation);
    }

    /** The same in another envelope. */
    public RecordShape withEnvelope(Envelope other) {
        return new RecordShape(format, other, filter, projection, isolation, conflation);
    }

    /** What the followers of a partition in this shape share. */
    public StreamKey key(TopicPartition partition, WireForm form, boolean deflated) {
        return new StreamKey(
                partition,
                form,
                deflated && form == WireForm.PLAIN,
                format,
                envelope,
                filter,
                projection,
                isolation,
                conflation);
    }
}
