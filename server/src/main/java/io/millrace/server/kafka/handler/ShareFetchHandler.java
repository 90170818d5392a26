package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.share.ShareFetchCommand;
import io.millrace.cluster.share.ShareGroups;
import io.millrace.cluster.share.ShareSession;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.server.common.Feature;

/**
 * A member of a share group wants records, and may say in the same request what it did with those that it has (KIP-932): that comes first.
 * What it wants is kept in its session, which ends with its connection.
 */
final class ShareFetchHandler implements ApiHandler<ShareFetchRequest> {

    static final int INITIAL_EPOCH = 0;
    static final int FINAL_EPOCH = -1;

    private static final int MAX_WAIT_MS_MAX = 60_000;

    /** {@code ShareAcquireMode}: the bound on records is exact (KIP-1206). */
    private static final byte RECORD_LIMIT = 1;

    private final Controller controller;
    private final ShareGroups shares;
    private final FeatureGate gate;
    private final int maxBytesMax;

    /** @param maxBytesMax bound on one answer */
    ShareFetchHandler(Controller controller, ShareGroups shares, int maxBytesMax) {
        this.controller = controller;
        this.shares = shares;
        this.gate = new FeatureGate(controller, Feature.SHARE_VERSION);
        this.maxBytesMax = maxBytesMax;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SHARE_FETCH;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ShareFetchRequest> request) {
        gate.requireOpen();
        ShareFetchRequestData data = request.body().data();
        ShareMember member = new ShareMember(data.groupId(), data.memberId());
        List<ShareAcks> acks = ShareAcks.of(data);
        requireSense(data, acks);
        ShareSession session = shares.fetching(
                member.groupId(), member.memberId(), data.shareSessionEpoch(), wanted(data), forgotten(data));
        if (data.shareSessionEpoch() == INITIAL_EPOCH && !request.end().add(member, () -> shares.close(session))) {
            shares.close(session);
            throw new MillraceException(
                    ErrorCode.SHARE_SESSION_LIMIT_REACHED, "This connection has opened too many share sessions.");
        }
        List<Future<Void>> stored = acks.stream()
                .map(each -> ShareAcknowledgeHandler.acknowledge(shares, controller, member, each, data.isRenewAck()))
                .toList();
        ShareFetchAnswer answer = new ShareFetchAnswer(controller.image(), shares.lockDurationMs(member.groupId()));
        return Future.join(stored).transform(all -> {
            for (int i = 0; i < acks.size(); i++) {
                answer.acknowledged(acks.get(i), stored.get(i).cause());
            }
            if (data.shareSessionEpoch() == FINAL_EPOCH) {
                request.end().remove(member);
                shares.close(session);
                return Future.succeededFuture(answer.done());
            }
            return data.isRenewAck() || data.maxRecords() <= 0 || data.maxBytes() <= 0
                    ? Future.succeededFuture(answer.done())
                    : fetch(data, member, session, answer, hasFailed(stored));
        });
    }

    private static boolean hasFailed(List<Future<Void>> stored) {
        return stored.stream().anyMatch(Future::failed);
    }

    private static void requireSense(ShareFetchRequestData data, List<ShareAcks> acks) {
        if (data.shareSessionEpoch() == INITIAL_EPOCH && !acks.isEmpty()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "A request that opens a share session cannot acknowledge.");
        }
        if (data.isRenewAck()
                && (data.maxBytes() != 0 || data.minBytes() != 0 || data.maxRecords() != 0 || data.maxWaitMs() != 0)) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "A request that renews locks cannot fetch: its bounds must be 0.");
        }
    }

    private static List<TopicPartition> wanted(ShareFetchRequestData data) {
        List<TopicPartition> all = new ArrayList<>();
        data.topics()
                .forEach(topic -> topic.partitions().forEach(each -> add(all, topic.topicId(), each.partitionIndex())));
        return all;
    }

    private static List<TopicPartition> forgotten(ShareFetchRequestData data) {
        List<TopicPartition> all = new ArrayList<>();
        data.forgottenTopicsData()
                .forEach(topic -> topic.partitions().forEach(each -> add(all, topic.topicId(), each)));
        return all;
    }

    /** By id; the name is looked up when it is fetched, and not part of what makes it the same. */
    private static void add(List<TopicPartition> all, Uuid topicId, int partition) {
        if (partition < 0) {
            throw new MillraceException(ErrorCode.INVALID_REQUEST, "Partitions are numbered from 0.");
        }
        all.add(new TopicPartition(KafkaIds.fromKafka(topicId), "?", partition));
    }

    private Future<ApiResponse> fetch(
            ShareFetchRequestData data,
            ShareMember member,
            ShareSession session,
            ShareFetchAnswer answer,
            boolean isUrgent) {
        List<TopicPartition> partitions = new ArrayList<>();
        TopicLookup lookup = new TopicLookup(controller.image());
        boolean errors = isUrgent;
        for (TopicPartition each : shares.partitionsOf(session)) {
            Uuid topicId = KafkaIds.toKafka(each.topicId());
            try {
                partitions.add(TopicLookup.partition(lookup.byId(topicId), each.partition()));
            } catch (MillraceException unknown) {
                errors = true;
                answer.failed(topicId, each.partition(), unknown);
            }
        }
        if (partitions.isEmpty() && errors) {
            return Future.succeededFuture(answer.done());
        }
        if (!partitions.isEmpty()) {
            // Each partition is the first one at some time.
            Collections.rotate(partitions, -(data.shareSessionEpoch() % partitions.size()));
        }
        ShareFetchCommand command = new ShareFetchCommand(
                member.groupId(),
                member.memberId(),
                partitions,
                errors ? 0 : Math.min(Math.max(data.maxWaitMs(), 0), MAX_WAIT_MS_MAX),
                Math.min(Math.max(data.minBytes(), 0), maxBytesMax),
                Math.min(data.maxBytes(), maxBytesMax),
                data.maxRecords(),
                data.shareAcquireMode() == RECORD_LIMIT);
        return shares.fetch(command).map(fetched -> {
            fetched.forEach((partition, each) ->
                    answer.fetched(KafkaIds.toKafka(partition.topicId()), partition.partition(), each));
            return answer.done();
        });
    }
}
