package io.millrace.cluster.coordinator;

import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.util.PartitionMetadataClient;

/** Where partitions end, wherever they are led: the library tells the lag of share groups by it. */
final class LeaderOffsets implements PartitionMetadataClient {

    private static final long TIMEOUT_MS = 5_000;

    private final PartitionService anywhere;

    LeaderOffsets(PartitionService anywhere) {
        this.anywhere = anywhere;
    }

    @Override
    public Map<org.apache.kafka.common.TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(
            Set<org.apache.kafka.common.TopicPartition> partitions) {
        Map<org.apache.kafka.common.TopicPartition, CompletableFuture<OffsetResponse>> all = new HashMap<>();
        partitions.forEach(each -> all.put(each, latest(each)));
        return all;
    }

    private CompletableFuture<OffsetResponse> latest(org.apache.kafka.common.TopicPartition asked) {
        Optional<TopicPartition> partition = anywhere.partition(asked.topic(), asked.partition());
        if (partition.isEmpty()) {
            return CompletableFuture.completedFuture(new OffsetResponse(-1, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
        return anywhere.prepare(List.of(partition.get()), TIMEOUT_MS)
                .map(known ->
                        new OffsetResponse(anywhere.offsets(partition.get()).highWatermark(), Errors.NONE))
                .otherwise(failure -> new OffsetResponse(-1, Errors.forException(LibraryErrors.toKafka(failure))))
                .toCompletionStage()
                .toCompletableFuture();
    }

    @Override
    public void close() {}
}
