package io.millrace.cluster.peer;

import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.idempotence.OnceOutcome.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * Tagged fields (KIP-482) of our own in Produce between nodes. In the request, empty: each record has the mark of an idempotency key and is
 * to be stored once. In the answer what became of each record, in order: kind int8, offset int64.
 */
public final class OnceField {

    /** Far from the tags that Kafka gives out one after the other. */
    private static final int TAG = 7_002;

    private static final int OUTCOME_BYTES = 1 + Long.BYTES;
    private static final Kind[] KINDS = Kind.values();

    private OnceField() {}

    static void ask(ProduceRequestData message) {
        message.topicData()
                .forEach(topic -> topic.partitionData()
                        .forEach(row -> row.unknownTaggedFields().add(new RawTaggedField(TAG, new byte[0]))));
    }

    /** Whether the records are to be stored once. */
    public static boolean isAsked(PartitionProduceData row) {
        return row.unknownTaggedFields().stream().anyMatch(field -> field.tag() == TAG);
    }

    public static void write(PartitionProduceResponse row, List<OnceOutcome> outcomes) {
        ByteBuffer content = ByteBuffer.allocate(outcomes.size() * OUTCOME_BYTES);
        outcomes.forEach(each -> content.put((byte) each.kind().ordinal()).putLong(each.offset()));
        row.unknownTaggedFields().add(new RawTaggedField(TAG, content.array()));
    }

    /** Throws PeerException when there is none: the other node is of a version that does not know of it. */
    static List<OnceOutcome> outcomes(ProduceResponseData message) {
        return message.responses().stream()
                .flatMap(topic -> topic.partitionResponses().stream())
                .flatMap(row -> row.unknownTaggedFields().stream())
                .filter(field -> field.tag() == TAG)
                .findFirst()
                .map(OnceField::read)
                .orElseThrow(() -> new PeerException(
                        PeerException.Kind.PROTOCOL,
                        "A leader did not say what became of records with idempotency keys.",
                        null));
    }

    private static List<OnceOutcome> read(RawTaggedField field) {
        ByteBuffer content = ByteBuffer.wrap(field.data());
        List<OnceOutcome> outcomes = new ArrayList<>(content.remaining() / OUTCOME_BYTES);
        while (content.remaining() >= OUTCOME_BYTES) {
            outcomes.add(new OnceOutcome(KINDS[content.get()], content.getLong()));
        }
        return outcomes;
    }
}
