package io.millrace.server.kafka;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The part of {@link RequestSamples} about the cluster; they change nothing that others need. */
final class AdminRequestSamples {

    private AdminRequestSamples() {}

    static Map<ApiKeys, Function<Short, List<ApiMessage>>> all() {
        Map<ApiKeys, Function<Short, List<ApiMessage>>> samples = new EnumMap<>(ApiKeys.class);
        samples.put(ApiKeys.CREATE_PARTITIONS, version -> createPartitions());
        samples.put(ApiKeys.ELECT_LEADERS, AdminRequestSamples::electLeaders);
        samples.put(ApiKeys.INCREMENTAL_ALTER_CONFIGS, version -> alterConfigs());
        samples.put(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, AdminRequestSamples::reassign);
        samples.put(ApiKeys.LIST_PARTITION_REASSIGNMENTS, version -> listReassignments());
        samples.put(ApiKeys.DESCRIBE_QUORUM, version -> describeQuorum());
        samples.put(ApiKeys.UNREGISTER_BROKER, version -> unregister());
        return samples;
    }

    private static List<ApiMessage> createPartitions() {
        CreatePartitionsTopicCollection topics = new CreatePartitionsTopicCollection();
        topics.add(new CreatePartitionsTopic().setName("alpha").setCount(5).setAssignments(null));
        topics.add(new CreatePartitionsTopic().setName("beta").setCount(1).setAssignments(null));
        topics.add(new CreatePartitionsTopic()
                .setName("gamma")
                .setCount(2)
                .setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(9)))));
        return List.of(
                new CreatePartitionsRequestData(),
                new CreatePartitionsRequestData().setTopics(topics).setValidateOnly(true));
    }

    private static List<ApiMessage> electLeaders(short version) {
        TopicPartitionsCollection topics = new TopicPartitionsCollection();
        topics.add(new TopicPartitions().setTopic("alpha").setPartitions(List.of(0, 7)));
        topics.add(new TopicPartitions().setTopic("gamma").setPartitions(List.of(0)));
        ElectLeadersRequestData some = new ElectLeadersRequestData().setTopicPartitions(topics);
        ElectLeadersRequestData unclean = some.duplicate().setElectionType((byte) 1);
        List<ApiMessage> preferred = List.of(new ElectLeadersRequestData().setTopicPartitions(null), some);
        return version == 0 ? preferred : List.of(preferred.get(0), preferred.get(1), unclean);
    }

    private static List<ApiMessage> alterConfigs() {
        AlterConfigsResourceCollection resources = new AlterConfigsResourceCollection();
        resources.add(resource(2, "alpha", "retention.ms", OpType.SET, "1000"));
        resources.add(resource(2, "beta", "cleanup.policy", OpType.APPEND, "compact"));
        resources.add(resource(2, "gamma", "retention.ms", OpType.DELETE, null));
        resources.add(resource(4, "", "replication.catch.up.bytes.per.second", OpType.SET, "1000"));
        resources.add(resource(4, "1", "log.retention.ms", OpType.SET, "1000"));
        resources.add(resource(16, "metrics", "a", OpType.SET, "b"));
        return List.of(
                new IncrementalAlterConfigsRequestData(),
                new IncrementalAlterConfigsRequestData().setResources(resources).setValidateOnly(true));
    }

    private static AlterConfigsResource resource(int type, String name, String key, OpType operation, String value) {
        AlterableConfigCollection configs = new AlterableConfigCollection();
        configs.add(new AlterableConfig()
                .setName(key)
                .setConfigOperation(operation.id())
                .setValue(value));
        return new AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigs(configs);
    }

    private static List<ApiMessage> reassign(short version) {
        List<ReassignablePartition> partitions = List.of(
                new ReassignablePartition().setPartitionIndex(0).setReplicas(List.of(9)),
                new ReassignablePartition().setPartitionIndex(1).setReplicas(null),
                new ReassignablePartition().setPartitionIndex(7).setReplicas(List.of(1)));
        AlterPartitionReassignmentsRequestData request = new AlterPartitionReassignmentsRequestData()
                .setTopics(List.of(
                        new ReassignableTopic().setName("alpha").setPartitions(partitions),
                        new ReassignableTopic()
                                .setName("gamma")
                                .setPartitions(List.of(new ReassignablePartition().setReplicas(List.of(1))))));
        return version == 0
                ? List.of(new AlterPartitionReassignmentsRequestData(), request)
                : List.of(request.duplicate().setAllowReplicationFactorChange(false));
    }

    private static List<ApiMessage> listReassignments() {
        return List.of(
                new ListPartitionReassignmentsRequestData().setTopics(null),
                new ListPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ListPartitionReassignmentsTopics()
                                .setName("alpha")
                                .setPartitionIndexes(List.of(0, 9)))));
    }

    private static List<ApiMessage> describeQuorum() {
        return List.of(
                new DescribeQuorumRequestData(),
                new DescribeQuorumRequestData()
                        .setTopics(List.of(quorumLog("__cluster_metadata"), quorumLog("alpha"))));
    }

    private static DescribeQuorumRequestData.TopicData quorumLog(String topic) {
        return new DescribeQuorumRequestData.TopicData()
                .setTopicName(topic)
                .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData()));
    }

    private static List<ApiMessage> unregister() {
        // A failure is an answer too.
        return List.of(new UnregisterBrokerRequestData().setBrokerId(9));
    }
}
