package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/**
 * The offsets of groups. The coordinator takes what it is given, so topics and partitions that do not exist are answered here, and newer
 * versions, which name topics by id, are translated (KIP-848).
 */
final class GroupOffsets {

    private final GroupCoordinator groups;
    private final Controller controller;

    GroupOffsets(GroupCoordinator groups, Controller controller) {
        this.groups = groups;
        this.controller = controller;
    }

    Future<OffsetCommitResponseData> commit(GroupClient client, OffsetCommitRequest request) {
        boolean byId = OffsetCommitResponse.useTopicIds(client.version());
        TopicLookup lookup = new TopicLookup(controller.image());
        OffsetCommitResponse.Builder answer = OffsetCommitResponse.newBuilder(byId);
        List<OffsetCommitRequestTopic> known = new ArrayList<>();
        for (OffsetCommitRequestTopic asked : request.data().topics()) {
            TopicMetadata topic;
            try {
                topic = lookup.find(byId, asked.topicId(), asked.name());
            } catch (MillraceException unknown) {
                answer.addPartitions(
                        asked.topicId(),
                        asked.name(),
                        asked.partitions(),
                        OffsetCommitRequestPartition::partitionIndex,
                        KafkaErrors.of(unknown));
                continue;
            }
            Uuid id = KafkaIds.toKafka(topic.id());
            List<OffsetCommitRequestPartition> there = new ArrayList<>();
            for (OffsetCommitRequestPartition partition : asked.partitions()) {
                if (has(topic, partition.partitionIndex())) {
                    there.add(partition);
                } else {
                    answer.addPartition(
                            id, topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                }
            }
            if (!there.isEmpty()) {
                known.add(new OffsetCommitRequestTopic()
                        .setTopicId(id)
                        .setName(topic.name())
                        .setPartitions(there));
            }
        }
        if (known.isEmpty() && !request.data().topics().isEmpty()) {
            return Future.succeededFuture(answer.build().data());
        }
        return groups.commitOffsets(client, request.data().duplicate().setTopics(known))
                .map(stored -> answer.merge(stored).build().data());
    }

    Future<TxnOffsetCommitResponseData> commitInTransaction(GroupClient client, TxnOffsetCommitRequest request) {
        TopicLookup lookup = new TopicLookup(controller.image());
        TxnOffsetCommitResponse.Builder answer = new TxnOffsetCommitResponse.Builder();
        List<TxnOffsetCommitRequestTopic> known = new ArrayList<>();
        for (TxnOffsetCommitRequestTopic asked : request.data().topics()) {
            List<TxnOffsetCommitRequestPartition> there = new ArrayList<>();
            for (TxnOffsetCommitRequestPartition partition : asked.partitions()) {
                if (has(lookup, asked.name(), partition.partitionIndex())) {
                    there.add(partition);
                } else {
                    answer.addPartition(asked.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                }
            }
            if (!there.isEmpty()) {
                known.add(
                        new TxnOffsetCommitRequestTopic().setName(asked.name()).setPartitions(there));
            }
        }
        if (known.isEmpty()) {
            return Future.succeededFuture(answer.build().data());
        }
        return groups.commitTransactionalOffsets(
                        client, request.data().duplicate().setTopics(known))
                .map(stored -> answer.merge(stored).build().data());
    }

    Future<OffsetDeleteResponseData> delete(GroupClient client, OffsetDeleteRequest request) {
        TopicLookup lookup = new TopicLookup(controller.image());
        OffsetDeleteResponse.Builder answer = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic asked : request.data().topics()) {
            List<OffsetDeleteRequestPartition> there = new ArrayList<>();
            for (OffsetDeleteRequestPartition partition : asked.partitions()) {
                if (has(lookup, asked.name(), partition.partitionIndex())) {
                    there.add(partition);
                } else {
                    answer.addPartition(asked.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                }
            }
            if (!there.isEmpty()) {
                known.add(new OffsetDeleteRequestTopic().setName(asked.name()).setPartitions(there));
            }
        }
        if (known.isEmpty()) {
            return Future.succeededFuture(answer.build().data());
        }
        return groups.deleteOffsets(client, request.data().duplicate().setTopics(known))
                .map(deleted -> answer.merge(deleted).build().data());
    }

    Future<OffsetFetchResponseData> fetch(GroupClient client, OffsetFetchRequest request) {
        boolean byId = OffsetFetchRequest.useTopicIds(client.version());
        TopicLookup lookup = new TopicLookup(controller.image());
        List<Future<OffsetFetchResponseGroup>> answers = new ArrayList<>();
        for (OffsetFetchRequestGroup group : request.groups()) {
            answers.add(fetch(client, group, byId, lookup, request.requireStable())
                    .otherwise(failure ->
                            OffsetFetchResponse.groupError(group, KafkaErrors.of(failure), client.version())));
        }
        return Future.join(answers)
                .map(all -> new OffsetFetchResponse.Builder(all.<OffsetFetchResponseGroup>list())
                        .build(client.version())
                        .data());
    }

    private Future<OffsetFetchResponseGroup> fetch(
            GroupClient client,
            OffsetFetchRequestGroup group,
            boolean byId,
            TopicLookup lookup,
            boolean requireStable) {
        if (!byId) {
            return groups.fetchOffsets(client, group, requireStable);
        }
        if (OffsetFetchRequest.requestAllOffsets(group)) {
            return groups.fetchOffsets(client, group, requireStable)
                    .map(found -> found.setTopics(withIds(found.topics(), lookup)));
        }
        List<OffsetFetchRequestTopics> known = new ArrayList<>();
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        for (OffsetFetchRequestTopics asked : group.topics()) {
            try {
                known.add(asked.duplicate().setName(lookup.byId(asked.topicId()).name()));
            } catch (MillraceException gone) {
                unknown.add(refused(asked, KafkaErrors.of(gone)));
            }
        }
        return groups.fetchOffsets(client, group.duplicate().setTopics(known), requireStable)
                .map(found -> {
                    List<OffsetFetchResponseTopics> topics = withIds(found.topics(), lookup);
                    topics.addAll(unknown);
                    return found.setTopics(topics);
                });
    }

    /** Topics that were deleted cannot be named any more. */
    private static List<OffsetFetchResponseTopics> withIds(List<OffsetFetchResponseTopics> topics, TopicLookup lookup) {
        List<OffsetFetchResponseTopics> named = new ArrayList<>();
        for (OffsetFetchResponseTopics topic : topics) {
            try {
                named.add(topic.setTopicId(
                        KafkaIds.toKafka(lookup.byName(topic.name()).id())));
            } catch (MillraceException gone) {
                continue;
            }
        }
        return named;
    }

    private static OffsetFetchResponseTopics refused(OffsetFetchRequestTopics asked, Errors error) {
        return new OffsetFetchResponseTopics()
                .setTopicId(asked.topicId())
                .setPartitions(asked.partitionIndexes().stream()
                        .map(partition -> new OffsetFetchResponsePartitions()
                                .setPartitionIndex(partition)
                                .setErrorCode(error.code())
                                .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                .setMetadata(OffsetFetchResponse.NO_METADATA))
                        .toList());
    }

    private static boolean has(TopicLookup lookup, String topic, int partition) {
        try {
            return has(lookup.byName(topic), partition);
        } catch (MillraceException unknown) {
            return false;
        }
    }

    private static boolean has(TopicMetadata topic, int partition) {
        return partition >= 0 && partition < topic.partitions().size();
    }
}
