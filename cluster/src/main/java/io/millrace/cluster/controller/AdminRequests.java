package io.millrace.cluster.controller;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.protocol.Errors;

/** What administrators ask, as Kafka's messages, and what their answers say about each partition. */
final class AdminRequests {

    private AdminRequests() {}

    static AlterPartitionReassignmentsRequestData reassign(
            Map<TopicPartition, Optional<List<Integer>>> targets, boolean mayChangeReplicationFactor) {
        Map<String, ReassignableTopic> topics = new HashMap<>();
        targets.forEach((partition, replicas) -> topics.computeIfAbsent(
                        partition.topic(), name -> new ReassignableTopic().setName(name))
                .partitions()
                .add(new ReassignablePartition()
                        .setPartitionIndex(partition.partition())
                        .setReplicas(replicas.orElse(null))));
        return new AlterPartitionReassignmentsRequestData()
                .setTimeoutMs((int) ControllerApis.TIMEOUT_MS)
                .setAllowReplicationFactorChange(mayChangeReplicationFactor)
                .setTopics(new ArrayList<>(topics.values()));
    }

    /** @param partitions finds a partition by topic name and number; null for one that is not known */
    static Map<TopicPartition, Optional<MillraceException>> outcomes(
            AlterPartitionReassignmentsResponseData answer, BiFunction<String, Integer, TopicPartition> partitions) {
        Map<TopicPartition, Optional<MillraceException>> outcomes = new HashMap<>();
        answer.responses()
                .forEach(topic -> topic.partitions().forEach(each -> {
                    TopicPartition key = partitions.apply(topic.name(), each.partitionIndex());
                    if (key != null) {
                        outcomes.put(key, outcome(each.errorCode(), each.errorMessage()));
                    }
                }));
        return outcomes;
    }

    static ElectLeadersRequestData elect(ElectionType type, Optional<Set<TopicPartition>> partitions) {
        ElectLeadersRequestData request =
                new ElectLeadersRequestData().setElectionType(type.value).setTimeoutMs((int) ControllerApis.TIMEOUT_MS);
        if (partitions.isEmpty()) {
            return request.setTopicPartitions(null);
        }
        TopicPartitionsCollection topics = new TopicPartitionsCollection();
        for (TopicPartition partition : partitions.get()) {
            TopicPartitions topic = topics.find(partition.topic());
            if (topic == null) {
                topic = new TopicPartitions().setTopic(partition.topic());
                topics.add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return request.setTopicPartitions(topics);
    }

    /** @param partitions as above */
    static Map<TopicPartition, Optional<MillraceException>> outcomes(
            ElectLeadersResponseData answer, BiFunction<String, Integer, TopicPartition> partitions) {
        Map<TopicPartition, Optional<MillraceException>> outcomes = new HashMap<>();
        answer.replicaElectionResults()
                .forEach(topic -> topic.partitionResult().forEach(each -> {
                    TopicPartition key = partitions.apply(topic.topic(), each.partitionId());
                    if (key != null) {
                        outcomes.put(key, outcome(each.errorCode(), each.errorMessage()));
                    }
                }));
        return outcomes;
    }

    private static Optional<MillraceException> outcome(short errorCode, String message) {
        return errorCode == Errors.NONE.code()
                ? Optional.empty()
                : Optional.of(ControllerErrors.of(Errors.forCode(errorCode), message));
    }

    static IncrementalAlterConfigsRequestData limitCatchUp(OptionalLong bytesPerSecond) {
        return setting(
                "",
                ClusterSettingNames.CATCH_UP_BYTES_PER_SECOND,
                bytesPerSecond.isPresent() ? Long.toString(bytesPerSecond.getAsLong()) : null);
    }

    static IncrementalAlterConfigsRequestData drained(int nodeId, boolean drained) {
        return setting(String.valueOf(nodeId), ClusterSettingNames.DRAINED, drained ? "true" : null);
    }

    /**
     * @param node a node id, or nothing for all nodes
     * @param changes null takes a setting away
     */
    static IncrementalAlterConfigsRequestData settings(String node, Map<String, String> changes, boolean validateOnly) {
        return settings(ConfigResource.Type.BROKER, node, changes, validateOnly);
    }

    static IncrementalAlterConfigsRequestData settings(
            ConfigResource.Type type, String resource, Map<String, String> changes, boolean validateOnly) {
        AlterableConfigCollection configs = new AlterableConfigCollection();
        changes.forEach((name, value) -> configs.add(new AlterableConfig()
                .setName(name)
                .setValue(value)
                .setConfigOperation((value != null ? AlterConfigOp.OpType.SET : AlterConfigOp.OpType.DELETE).id())));
        AlterConfigsResourceCollection resources = new AlterConfigsResourceCollection();
        resources.add(new AlterConfigsResource()
                .setResourceType(type.id())
                .setResourceName(resource)
                .setConfigs(configs));
        return new IncrementalAlterConfigsRequestData().setResources(resources).setValidateOnly(validateOnly);
    }

    private static IncrementalAlterConfigsRequestData setting(String node, String name, String value) {
        return settings(node, Collections.singletonMap(name, value), false);
    }
}
