package io.millrace.websocket.subscription;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.StreamKey;
import io.millrace.websocket.protocol.WireForm;
import java.util.List;

/**
 * What one client follows, with everything that it left open decided.
 *
 * @param deflated whether the client understands compressed messages
 * @param starts the partitions that can begin
 * @param waiting the partitions of which nothing is known yet: they have no leader; none of the others waits for them
 * @param gone what the client is told of topics that its resume token holds and that were deleted; null for nothing
 */
public record Subscription(
        StreamParameters parameters,
        WireForm form,
        boolean deflated,
        List<PartitionStart> starts,
        List<TopicPartition> waiting,
        MillraceException gone) {

    public Subscription {
        starts = List.copyOf(starts);
        waiting = List.copyOf(waiting);
    }

    /** Its name in metrics. */
    public String view() {
        return parameters.shape().table() ? "table" : "log";
    }

    /** What a partition of this subscription shares with others. */
    public StreamKey key(TopicPartition partition) {
        return parameters.shape().key(partition, form, deflated);
    }

    /** Whether everything begins exactly where it was asked to. */
    public boolean isRecovered() {
        return gone == null && waiting.isEmpty() && starts.stream().allMatch(start -> start.gap() == null);
    }

    /** Whether the client is told more than records. */
    public boolean hasControlMessages() {
        return form == WireForm.SSE || form.isSubprotocol() || Boolean.TRUE.equals(parameters.control());
    }
}
