package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/** Requests about groups, one by one. */
final class RawGroups {

    /** Of all offsets. */
    static final String TOPIC = "traps";

    private RawGroups() {}

    static JoinGroupResponseData join(RawKafkaClient client, String group, String member, int version) {
        return client.call(joinRequest(group, member, version), JoinGroupResponse.class)
                .data();
    }

    static AbstractRequest joinRequest(String group, String member, int version) {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("mine").setMetadata(new byte[] {7}));
        return request(
                ApiKeys.JOIN_GROUP,
                new JoinGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setProtocolType("connect")
                        .setProtocols(protocols)
                        .setSessionTimeoutMs(30_000)
                        .setRebalanceTimeoutMs(30_000),
                version);
    }

    static AbstractRequest syncRequest(
            String group, JoinGroupResponseData member, List<SyncGroupRequestAssignment> assignments) {
        return request(
                ApiKeys.SYNC_GROUP,
                new SyncGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(member.memberId())
                        .setGenerationId(member.generationId())
                        .setAssignments(assignments),
                3);
    }

    static Errors heartbeat(RawKafkaClient client, String group, JoinGroupResponseData member) {
        return client.call(
                        request(
                                ApiKeys.HEARTBEAT,
                                new HeartbeatRequestData()
                                        .setGroupId(group)
                                        .setMemberId(member.memberId())
                                        .setGenerationId(member.generationId()),
                                3),
                        HeartbeatResponse.class)
                .error();
    }

    static Errors commit(RawKafkaClient client, String group, String member, int generation) {
        OffsetCommitResponse response = client.call(
                request(
                        ApiKeys.OFFSET_COMMIT,
                        new OffsetCommitRequestData()
                                .setGroupId(group)
                                .setMemberId(member)
                                .setGenerationIdOrMemberEpoch(generation)
                                .setTopics(List.of(new OffsetCommitRequestTopic()
                                        .setName(TOPIC)
                                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                                .setPartitionIndex(0)
                                                .setCommittedOffset(5)
                                                .setCommittedMetadata(null))))),
                        8),
                OffsetCommitResponse.class);
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    static Errors commitInTransaction(RawKafkaClient client, String group, long producerId, long offset) {
        TxnOffsetCommitResponse response = client.call(
                request(
                        ApiKeys.TXN_OFFSET_COMMIT,
                        new TxnOffsetCommitRequestData()
                                .setTransactionalId("tx")
                                .setGroupId(group)
                                .setProducerId(producerId)
                                .setProducerEpoch((short) 0)
                                .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                                        .setName(TOPIC)
                                        .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                                .setPartitionIndex(0)
                                                .setCommittedOffset(offset))))),
                        3),
                TxnOffsetCommitResponse.class);
        return response.errors().get(new TopicPartition(TOPIC, 0));
    }

    static OffsetFetchResponsePartitions fetch(RawKafkaClient client, String group, int partition, boolean stable) {
        OffsetFetchResponseGroup answer = fetchGroup(client, group, partition, stable);
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        return answer.topics().get(0).partitions().get(0);
    }

    /** The whole answer, which has nothing but an error when the group cannot be asked at the moment. */
    static OffsetFetchResponseGroup fetchGroup(RawKafkaClient client, String group, int partition, boolean stable) {
        OffsetFetchResponse response = client.call(
                request(
                        ApiKeys.OFFSET_FETCH,
                        new OffsetFetchRequestData()
                                .setRequireStable(stable)
                                .setGroups(List.of(new OffsetFetchRequestGroup()
                                        .setGroupId(group)
                                        .setTopics(List.of(new OffsetFetchRequestTopics()
                                                .setName(TOPIC)
                                                .setPartitionIndexes(List.of(partition)))))),
                        8),
                OffsetFetchResponse.class);
        return response.group(group);
    }

    private static AbstractRequest request(ApiKeys apiKey, ApiMessage message, int version) {
        return AbstractRequest.parseRequest(
                        apiKey, (short) version, MessageUtil.toByteBufferAccessor(message, (short) version))
                .request;
    }
}
