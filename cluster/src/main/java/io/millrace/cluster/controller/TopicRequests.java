package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.peer.KafkaIds;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignmentCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;

/** What is asked about one topic, as Kafka's messages, and what their answers say. The answers' errors are thrown. */
final class TopicRequests {

    private TopicRequests() {}

    static CreateTopicsRequestData create(
            NewTopic topic, int partitions, short replicationFactor, boolean validateOnly) {
        CreatableTopicConfigCollection configs = new CreatableTopicConfigCollection();
        topic.config()
                .forEach((name, value) ->
                        configs.add(new CreatableTopicConfig().setName(name).setValue(value)));
        CreatableTopicCollection topics = new CreatableTopicCollection();
        CreatableTopic wanted = new CreatableTopic().setName(topic.name()).setConfigs(configs);
        if (topic.assignment().isEmpty()) {
            wanted.setNumPartitions(partitions).setReplicationFactor(replicationFactor);
        } else {
            wanted.setNumPartitions(-1).setReplicationFactor((short) -1).setAssignments(assignments(topic));
        }
        topics.add(wanted);
        return new CreateTopicsRequestData()
                .setTopics(topics)
                .setValidateOnly(validateOnly)
                .setTimeoutMs((int) ControllerApis.TIMEOUT_MS);
    }

    private static CreatableReplicaAssignmentCollection assignments(NewTopic topic) {
        CreatableReplicaAssignmentCollection assignments = new CreatableReplicaAssignmentCollection();
        topic.assignment()
                .forEach(nodes -> assignments.add(new CreatableReplicaAssignment()
                        .setPartitionIndex(assignments.size())
                        .setBrokerIds(nodes)));
        return assignments;
    }

    static UUID created(CreateTopicsResponseData answer) {
        CreatableTopicResult result = answer.topics().iterator().next();
        check(result.errorCode(), result.errorMessage());
        return KafkaIds.fromKafka(result.topicId());
    }

    static DeleteTopicsRequestData delete(UUID topicId) {
        return new DeleteTopicsRequestData()
                .setTopics(List.of(new DeleteTopicState().setName(null).setTopicId(KafkaIds.toKafka(topicId))))
                .setTimeoutMs((int) ControllerApis.TIMEOUT_MS);
    }

    static void deleted(DeleteTopicsResponseData answer) {
        DeletableTopicResult result = answer.responses().iterator().next();
        check(result.errorCode(), result.errorMessage());
    }

    static CreatePartitionsRequestData createPartitions(
            String topic, int total, List<List<Integer>> assignment, boolean validateOnly) {
        CreatePartitionsTopicCollection topics = new CreatePartitionsTopicCollection();
        topics.add(new CreatePartitionsTopic()
                .setName(topic)
                .setCount(total)
                .setAssignments(
                        assignment.isEmpty()
                                ? null
                                : assignment.stream()
                                        .map(nodes -> new CreatePartitionsAssignment().setBrokerIds(nodes))
                                        .toList()));
        return new CreatePartitionsRequestData()
                .setTopics(topics)
                .setValidateOnly(validateOnly)
                .setTimeoutMs((int) ControllerApis.TIMEOUT_MS);
    }

    static void partitionsCreated(CreatePartitionsResponseData answer) {
        CreatePartitionsTopicResult result = answer.results().get(0);
        check(result.errorCode(), result.errorMessage());
    }

    /** @param changes a null value takes a setting back to its default */
    static IncrementalAlterConfigsRequestData alterConfig(
            String topic, Map<String, String> changes, boolean validateOnly) {
        AlterableConfigCollection configs = new AlterableConfigCollection();
        changes.forEach((name, value) -> configs.add(new AlterableConfig()
                .setName(name)
                .setValue(value)
                .setConfigOperation((value == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET).id())));
        AlterConfigsResourceCollection resources = new AlterConfigsResourceCollection();
        resources.add(new AlterConfigsResource()
                .setResourceType(ConfigResource.Type.TOPIC.id())
                .setResourceName(topic)
                .setConfigs(configs));
        return new IncrementalAlterConfigsRequestData().setResources(resources).setValidateOnly(validateOnly);
    }

    static void configAltered(IncrementalAlterConfigsResponseData answer) {
        AlterConfigsResourceResponse result = answer.responses().get(0);
        check(result.errorCode(), result.errorMessage());
    }

    private static void check(short errorCode, String message) {
        if (errorCode != Errors.NONE.code()) {
            throw ControllerErrors.of(Errors.forCode(errorCode), message);
        }
    }
}
