package io.millrace.websocket.subscription;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Projection;
import io.millrace.websocket.delivery.StreamKey;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.Transport;
import java.util.List;
import java.util.UUID;

/**
 * What one stream follows, with everything that the client left open decided.
 *
 * @param topic its name
 * @param topicId its id
 * @param conflation null when every record is sent
 * @param table whether it is the newest record of each key, and then what changes
 * @param starts the partitions, in ascending order, and where each begins
 * @param ends for each partition the high watermark at the moment of subscribing
 * @param limit number of records after which the stream ends, Long.MAX_VALUE for none
 * @param untilLatest whether the stream ends once {@code ends} are passed
 * @param control whether a plain client wants control messages
 */
public record Subscription(
        String topic,
        UUID topicId,
        Transport transport,
        ValueFormat format,
        Envelope envelope,
        RecordFilter filter,
        Projection projection,
        Conflation conflation,
        boolean table,
        Reset reset,
        long heartbeatMs,
        long limit,
        boolean untilLatest,
        boolean control,
        List<ResolvedStart> starts,
        List<Long> ends) {

    public Subscription {
        starts = List.copyOf(starts);
        ends = List.copyOf(ends);
    }

    /** What a partition of this stream shares with other streams. */
    public StreamKey key(TopicPartition partition) {
        return new StreamKey(partition, transport, format, envelope, filter, projection)
                .withConflation(conflation)
                .withTable(table);
    }

    /** Whether control messages are sent: SSE has events for them, the others only when asked. */
    public boolean hasControlMessages() {
        return transport == Transport.SSE || control;
    }
}
