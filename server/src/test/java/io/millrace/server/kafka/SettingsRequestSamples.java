package io.millrace.server.kafka;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The part of {@link RequestSamples} about settings, quotas, features and what lies on disks; they change nothing that others need. */
final class SettingsRequestSamples {

    private SettingsRequestSamples() {}

    static Map<ApiKeys, Function<Short, List<ApiMessage>>> all() {
        Map<ApiKeys, Function<Short, List<ApiMessage>>> samples = new EnumMap<>(ApiKeys.class);
        samples.put(ApiKeys.ALTER_CONFIGS, version -> alterConfigs());
        samples.put(ApiKeys.LIST_CONFIG_RESOURCES, SettingsRequestSamples::listConfigResources);
        samples.put(ApiKeys.DELETE_RECORDS, version -> deleteRecords());
        samples.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, version -> offsetForLeaderEpoch());
        samples.put(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, version -> describeTopicPartitions());
        samples.put(ApiKeys.DESCRIBE_LOG_DIRS, version -> describeLogDirs());
        samples.put(ApiKeys.DESCRIBE_CLIENT_QUOTAS, version -> describeQuotas());
        samples.put(ApiKeys.ALTER_CLIENT_QUOTAS, version -> alterQuotas());
        samples.put(ApiKeys.UPDATE_FEATURES, SettingsRequestSamples::updateFeatures);
        return samples;
    }

    private static List<ApiMessage> alterConfigs() {
        AlterConfigsRequestData.AlterConfigsResourceCollection resources =
                new AlterConfigsRequestData.AlterConfigsResourceCollection();
        resources.add(resource(2, "alpha", "retention.ms", "1000"));
        resources.add(resource(2, "beta", "retention.ms", "soon"));
        resources.add(resource(2, "gamma", "retention.ms", null));
        resources.add(resource(4, "1", "log.retention.ms", "1000"));
        resources.add(resource(8, "1", "root", "DEBUG"));
        return List.of(
                new AlterConfigsRequestData(),
                new AlterConfigsRequestData().setResources(resources).setValidateOnly(true));
    }

    private static AlterConfigsRequestData.AlterConfigsResource resource(
            int type, String name, String key, String value) {
        AlterConfigsRequestData.AlterableConfigCollection configs =
                new AlterConfigsRequestData.AlterableConfigCollection();
        configs.add(new AlterConfigsRequestData.AlterableConfig().setName(key).setValue(value));
        return new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigs(configs);
    }

    private static List<ApiMessage> listConfigResources(short version) {
        ListConfigResourcesRequestData all = new ListConfigResourcesRequestData();
        return version == 0
                ? List.of(all)
                : List.of(
                        all,
                        new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 2, (byte) 4)),
                        new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 99)));
    }

    private static List<ApiMessage> deleteRecords() {
        DeleteRecordsTopic alpha = new DeleteRecordsTopic()
                .setName("alpha")
                .setPartitions(List.of(
                        new DeleteRecordsPartition().setPartitionIndex(0).setOffset(0),
                        new DeleteRecordsPartition().setPartitionIndex(0).setOffset(0),
                        new DeleteRecordsPartition().setPartitionIndex(1).setOffset(1_000_000),
                        new DeleteRecordsPartition().setPartitionIndex(7).setOffset(0)));
        DeleteRecordsTopic gamma = new DeleteRecordsTopic()
                .setName("gamma")
                .setPartitions(List.of(new DeleteRecordsPartition().setOffset(-1)));
        return List.of(
                new DeleteRecordsRequestData(),
                new DeleteRecordsRequestData().setTopics(List.of(alpha, gamma, alpha.duplicate())));
    }

    private static List<ApiMessage> offsetForLeaderEpoch() {
        OffsetForLeaderTopicCollection topics = new OffsetForLeaderTopicCollection();
        topics.add(new OffsetForLeaderTopic()
                .setTopic("alpha")
                .setPartitions(List.of(
                        epoch(0, -1, 0), epoch(1, -1, 99), epoch(1, 99, 0), epoch(0, -1, -1), epoch(7, -1, 0))));
        topics.add(new OffsetForLeaderTopic().setTopic("gamma").setPartitions(List.of(epoch(0, -1, 0))));
        return List.of(new OffsetForLeaderEpochRequestData(), new OffsetForLeaderEpochRequestData().setTopics(topics));
    }

    private static OffsetForLeaderPartition epoch(int partition, int current, int asked) {
        return new OffsetForLeaderPartition()
                .setPartition(partition)
                .setCurrentLeaderEpoch(current)
                .setLeaderEpoch(asked);
    }

    private static List<ApiMessage> describeTopicPartitions() {
        List<TopicRequest> named = List.of(
                new TopicRequest().setName("gamma"),
                new TopicRequest().setName("alpha"),
                new TopicRequest().setName("bad/name"));
        return List.of(
                new DescribeTopicPartitionsRequestData(),
                new DescribeTopicPartitionsRequestData().setTopics(named).setResponsePartitionLimit(1),
                new DescribeTopicPartitionsRequestData()
                        .setTopics(named)
                        .setCursor(new Cursor().setTopicName("alpha").setPartitionIndex(1)),
                new DescribeTopicPartitionsRequestData()
                        .setCursor(new Cursor().setTopicName("alpha").setPartitionIndex(-5)));
    }

    private static List<ApiMessage> describeLogDirs() {
        DescribableLogDirTopicCollection topics = new DescribableLogDirTopicCollection();
        topics.add(new DescribableLogDirTopic().setTopic("alpha").setPartitions(List.of(0, 9)));
        return List.of(
                new DescribeLogDirsRequestData().setTopics(null), new DescribeLogDirsRequestData().setTopics(topics));
    }

    private static List<ApiMessage> describeQuotas() {
        return List.of(
                new DescribeClientQuotasRequestData(),
                new DescribeClientQuotasRequestData()
                        .setStrict(true)
                        .setComponents(List.of(
                                new ComponentData()
                                        .setEntityType("user")
                                        .setMatchType((byte) 1)
                                        .setMatch(null),
                                new ComponentData()
                                        .setEntityType("client-id")
                                        .setMatchType((byte) 0)
                                        .setMatch("someone"))),
                new DescribeClientQuotasRequestData()
                        .setComponents(List.of(new ComponentData()
                                .setEntityType("planet")
                                .setMatchType((byte) 2)
                                .setMatch(null))));
    }

    private static List<ApiMessage> alterQuotas() {
        return List.of(
                new AlterClientQuotasRequestData(),
                new AlterClientQuotasRequestData()
                        .setValidateOnly(true)
                        .setEntries(List.of(
                                quota("client-id", "someone", "producer_byte_rate"),
                                quota("client-id", null, "consumer_byte_rate"),
                                quota("user", "someone", "request_percentage"),
                                quota("ip", "127.0.0.1", "connection_creation_rate"))));
    }

    private static AlterClientQuotasRequestData.EntryData quota(String kind, String name, String key) {
        return new AlterClientQuotasRequestData.EntryData()
                .setEntity(List.of(new AlterClientQuotasRequestData.EntityData()
                        .setEntityType(kind)
                        .setEntityName(name)))
                .setOps(List.of(
                        new AlterClientQuotasRequestData.OpData().setKey(key).setValue(1000)));
    }

    private static List<ApiMessage> updateFeatures(short version) {
        FeatureUpdateKeyCollection updates = new FeatureUpdateKeyCollection();
        updates.add(new FeatureUpdateKey().setFeature("no.such.feature").setMaxVersionLevel((short) 7));
        UpdateFeaturesRequestData unknown = new UpdateFeaturesRequestData().setFeatureUpdates(updates);
        if (version >= 1) {
            unknown.setValidateOnly(true);
        }
        return List.of(new UpdateFeaturesRequestData(), unknown);
    }
}
