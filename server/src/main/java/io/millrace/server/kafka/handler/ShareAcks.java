package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.share.AckBatch;
import io.millrace.cluster.share.AckType;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;

/**
 * The acknowledgements in a request of a member: those of a fetch and those that come by themselves are the same in two messages.
 *
 * @param topicId of the topic
 * @param partition its number
 * @param batches what is said, in the words of the wire
 */
record ShareAcks(Uuid topicId, int partition, List<Batch> batches) {

    /** Offsets and what is said of them. */
    record Batch(long firstOffset, long lastOffset, List<Byte> types) {}

    static List<ShareAcks> of(ShareFetchRequestData request) {
        List<ShareAcks> all = new ArrayList<>();
        request.topics()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (!partition.acknowledgementBatches().isEmpty()) {
                        all.add(new ShareAcks(
                                topic.topicId(),
                                partition.partitionIndex(),
                                partition.acknowledgementBatches().stream()
                                        .map(each -> new Batch(
                                                each.firstOffset(), each.lastOffset(), each.acknowledgeTypes()))
                                        .toList()));
                    }
                }));
        return all;
    }

    static List<ShareAcks> of(ShareAcknowledgeRequestData request) {
        List<ShareAcks> all = new ArrayList<>();
        request.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> all.add(new ShareAcks(
                                topic.topicId(),
                                partition.partitionIndex(),
                                partition.acknowledgementBatches().stream()
                                        .map(each -> new Batch(
                                                each.firstOffset(), each.lastOffset(), each.acknowledgeTypes()))
                                        .toList()))));
        return all;
    }

    /**
     * The batches in our words.
     *
     * @param mayRenew whether the request says that it renews
     * @throws MillraceException INVALID_REQUEST when they make no sense
     */
    List<AckBatch> read(boolean mayRenew) {
        List<AckBatch> all = new ArrayList<>(batches.size());
        long next = 0;
        try {
            for (Batch each : batches) {
                List<AckType> types = each.types().stream().map(AckType::ofId).toList();
                if (each.firstOffset() < next) {
                    throw new IllegalArgumentException("the batches are not in the order of their offsets");
                }
                if (!mayRenew && types.contains(AckType.RENEW)) {
                    throw new IllegalArgumentException("a record is renewed in a request that does not say so");
                }
                all.add(new AckBatch(each.firstOffset(), each.lastOffset(), types));
                next = each.lastOffset() + 1;
            }
        } catch (IllegalArgumentException e) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "The acknowledgements cannot be read: " + e.getMessage(), e);
        }
        return all;
    }
}
