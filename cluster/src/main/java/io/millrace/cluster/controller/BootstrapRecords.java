package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.FormerMetadata;
import io.millrace.cluster.peer.KafkaIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.ProducerIdsRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** What stands first in a new metadata log: the features of the cluster and, for a data directory of an older Millrace, its topics. */
final class BootstrapRecords {

    private static final short VERSION_0 = 0;

    private BootstrapRecords() {}

    static BootstrapMetadata newCluster() {
        Map<String, Short> features = new HashMap<>();
        Feature.PRODUCTION_FEATURES.forEach(feature -> features.put(feature.featureName(), feature.latestProduction()));
        return BootstrapMetadata.fromVersions(MetadataVersion.latestProduction(), features, "a new cluster");
    }

    /**
     * @param nodeId the one node that had everything
     * @param directoryId of its data directory
     */
    static BootstrapMetadata upgraded(FormerMetadata former, int nodeId, Uuid directoryId) {
        List<ApiMessageAndVersion> records = new ArrayList<>(newCluster().records());
        for (FormerMetadata.Topic topic : former.topics()) {
            Uuid topicId = KafkaIds.toKafka(topic.id());
            records.add(record(new TopicRecord().setName(topic.name()).setTopicId(topicId)));
            for (int partition = 0; partition < topic.partitions(); partition++) {
                records.add(partition(topicId, partition, nodeId, directoryId));
            }
            new TreeMap<>(topic.config())
                    .forEach((name, value) -> records.add(record(new ConfigRecord()
                            .setResourceType(ConfigResource.Type.TOPIC.id())
                            .setResourceName(topic.name())
                            .setName(name)
                            .setValue(value))));
        }
        if (former.nextProducerId() > 0) {
            records.add(record(new ProducerIdsRecord()
                    .setBrokerId(nodeId)
                    .setBrokerEpoch(-1)
                    .setNextProducerId(former.nextProducerId())));
        }
        return BootstrapMetadata.fromRecords(records, "metadata.json of an older Millrace");
    }

    private static ApiMessageAndVersion partition(Uuid topicId, int partition, int nodeId, Uuid directoryId) {
        return new ApiMessageAndVersion(
                new PartitionRecord()
                        .setTopicId(topicId)
                        .setPartitionId(partition)
                        .setReplicas(List.of(nodeId))
                        .setIsr(List.of(nodeId))
                        .setDirectories(List.of(directoryId))
                        .setLeader(nodeId)
                        .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED.value())
                        .setLeaderEpoch(0)
                        .setPartitionEpoch(0),
                MetadataVersion.latestProduction().partitionRecordVersion());
    }

    private static ApiMessageAndVersion record(ApiMessage message) {
        return new ApiMessageAndVersion(message, VERSION_0);
    }
}
