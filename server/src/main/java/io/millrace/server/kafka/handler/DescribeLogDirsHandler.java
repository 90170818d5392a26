package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.partition.ReplicaFiles;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeLogDirsRequest;

/** Says what lies in the data directory of this node: there is one (KIP-113, KIP-827). */
final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequest> {

    /** The first version that says how large the volume is, and how much of it is free. */
    private static final short SIZES_VERSION = 4;

    private final ClusterNode node;
    private final Path directory;

    DescribeLogDirsHandler(ClusterNode node) {
        this.node = node;
        this.directory = node.config().storage().directory().toAbsolutePath().normalize();
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DescribeLogDirsRequest> request) {
        DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(directory.toString());
        if (!node.health().isOnline()) {
            return answer(result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code()));
        }
        result.setTopics(topics(asked(request.body())));
        if (request.version() < SIZES_VERSION) {
            return answer(result);
        }
        return node.health()
                .diskSpace()
                .compose(volume ->
                        answer(result.setTotalBytes(volume.totalBytes()).setUsableBytes(volume.usableBytes())));
    }

    private static Future<ApiResponse> answer(DescribeLogDirsResult result) {
        return Future.succeededFuture(ApiResponse.of(new DescribeLogDirsResponseData().setResults(List.of(result))));
    }

    /** Null for all. */
    private static Set<TopicPartition> asked(DescribeLogDirsRequest request) {
        if (request.isAllTopicPartitions()) {
            return null;
        }
        Set<TopicPartition> asked = new HashSet<>();
        for (DescribableLogDirTopic topic : request.data().topics()) {
            topic.partitions().forEach(partition -> asked.add(new TopicPartition(topic.topic(), partition)));
        }
        return asked;
    }

    private List<DescribeLogDirsTopic> topics(Set<TopicPartition> asked) {
        Map<String, DescribeLogDirsTopic> topics = new HashMap<>();
        for (ReplicaFiles files : node.health().replicaFiles()) {
            String topic = files.partition().topic();
            int partition = files.partition().partition();
            if (asked == null || asked.contains(new TopicPartition(topic, partition))) {
                topics.computeIfAbsent(topic, name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(partition)
                                .setPartitionSize(files.sizeBytes())
                                .setOffsetLag(files.offsetLag()));
            }
        }
        return new ArrayList<>(topics.values());
    }
}
