package io.millrace.cluster.produce;

import io.millrace.cluster.partition.Acks;
import java.util.List;
import java.util.Objects;

/**
 * Records of one request to one topic.
 *
 * @param topic its name
 * @param records in order
 * @param acks when to answer; with {@link Acks#NONE} the offsets are -1
 * @param timeoutMs how long to wait for leaders and replicas before the answer is REQUEST_TIMED_OUT
 * @param idempotencyKey what makes the records the same when they are sent again; null when nothing does
 */
public record ProduceCommand(
        String topic, List<RecordToProduce> records, Acks acks, int timeoutMs, IdempotencyKey idempotencyKey) {

    public ProduceCommand {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(acks, "acks");
        records = List.copyOf(records);
    }
}
