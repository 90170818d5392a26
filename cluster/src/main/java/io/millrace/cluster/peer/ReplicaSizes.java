package io.millrace.cluster.peer;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/** How many bytes the replicas of a node have on its disk, asked by other nodes with Kafka's DescribeLogDirs. Thread-safe. */
public final class ReplicaSizes {

    private static final ApiKeys API = ApiKeys.DESCRIBE_LOG_DIRS;
    private static final short VERSION = API.latestVersion(false);
    private static final long TIMEOUT_MS = 3_000;

    private final PeerTransport transport;
    private final Supplier<Map<TopicPartition, Long>> local;

    /** @param local the sizes of this node's own replicas; never blocks */
    public ReplicaSizes(PeerTransport transport, Supplier<Map<TopicPartition, Long>> local) {
        this.transport = transport;
        this.local = local;
    }

    /** Of this node. */
    public Map<TopicPartition, Long> local() {
        return local.get();
    }

    /** What other nodes are answered. */
    public PeerApi api() {
        return new PeerApi(
                API,
                VERSION,
                VERSION,
                (version, request) -> Future.succeededFuture(
                        new DescribeLogDirsResponseData().setResults(List.of(directory(local.get())))));
    }

    /**
     * Of another node. Fails with {@link PeerException} when it does not answer.
     *
     * @param partitions finds a partition by topic name and number; null for one that this node does not know
     */
    public Future<Map<TopicPartition, Long>> of(
            PeerAddress node, BiFunction<String, Integer, TopicPartition> partitions) {
        DescribeLogDirsRequestData all = new DescribeLogDirsRequestData().setTopics(null);
        return transport
                .send(node, PeerLane.ADMIN, VERSION, all, TIMEOUT_MS)
                .map(answer -> sizes((DescribeLogDirsResponseData) answer, partitions));
    }

    private static DescribeLogDirsResult directory(Map<TopicPartition, Long> sizes) {
        Map<String, List<DescribeLogDirsPartition>> byTopic = new HashMap<>();
        sizes.forEach((partition, bytes) -> byTopic.computeIfAbsent(partition.topic(), name -> new ArrayList<>())
                .add(new DescribeLogDirsPartition()
                        .setPartitionIndex(partition.partition())
                        .setPartitionSize(bytes)));
        return new DescribeLogDirsResult()
                .setTopics(byTopic.entrySet().stream()
                        .map(topic -> new DescribeLogDirsTopic()
                                .setName(topic.getKey())
                                .setPartitions(topic.getValue()))
                        .toList());
    }

    private static Map<TopicPartition, Long> sizes(
            DescribeLogDirsResponseData answer, BiFunction<String, Integer, TopicPartition> partitions) {
        Map<TopicPartition, Long> sizes = new HashMap<>();
        answer.results()
                .forEach(directory -> directory
                        .topics()
                        .forEach(topic -> topic.partitions().forEach(partition -> {
                            TopicPartition key = partitions.apply(topic.name(), partition.partitionIndex());
                            if (key != null) {
                                sizes.put(key, partition.partitionSize());
                            }
                        })));
        return sizes;
    }
}
