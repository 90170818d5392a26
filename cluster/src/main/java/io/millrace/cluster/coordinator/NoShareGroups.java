package io.millrace.cluster.coordinator;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.server.util.PartitionMetadataClient;

/** The library asks for ends of partitions for share groups only, and these are not served. */
final class NoShareGroups implements PartitionMetadataClient {

    @Override
    public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> partitions) {
        return partitions.stream()
                .collect(Collectors.toMap(
                        Function.identity(),
                        partition -> CompletableFuture.failedFuture(
                                new UnsupportedVersionException("share groups are not served"))));
    }

    @Override
    public void close() {}
}
