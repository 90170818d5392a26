package io.millrace.cluster.controller;

import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.replication.IsrCommitter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionRequestData.TopicData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.LeaderRecoveryState;

/**
 * Carries the proposals of leaders to the active controller: one request at a time, with all that came meanwhile, so that a node that
 * returns to thousands of partitions costs a few requests. Thread-safe, never blocks.
 */
final class IsrCommits implements IsrCommitter {

    private static final long TIMEOUT_MS = 5_000;

    /** The leader's view is old: images tell it what is true, or that it leads no more. */
    private static final Set<Errors> STALE = EnumSet.of(
            Errors.FENCED_LEADER_EPOCH,
            Errors.INVALID_UPDATE_VERSION,
            Errors.NOT_CONTROLLER,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.UNKNOWN_TOPIC_ID,
            Errors.NEW_LEADER_ELECTED,
            Errors.INVALID_REQUEST,
            Errors.STALE_BROKER_EPOCH);

    private static final Set<Errors> INELIGIBLE = EnumSet.of(Errors.INELIGIBLE_REPLICA, Errors.OPERATION_NOT_ATTEMPTED);

    /** Partitions in one request; more wait for its answer. */
    private static final int PROPOSALS_MAX = 1_000;

    private final int nodeId;
    private final LongSupplier brokerEpoch;
    private final ActiveController controller;

    // Guarded by this.
    private final ArrayDeque<Asked> waiting = new ArrayDeque<>();
    private boolean underWay;

    private record Asked(Proposal proposal, Promise<Answer> answer) {}

    IsrCommits(int nodeId, LongSupplier brokerEpoch, ActiveController controller) {
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
    }

    @Override
    public Future<Answer> alter(Proposal proposal) {
        Promise<Answer> answer = Promise.promise();
        synchronized (this) {
            waiting.add(new Asked(proposal, answer));
        }
        sendNext();
        return answer.future();
    }

    private void sendNext() {
        List<Asked> batch = new ArrayList<>();
        synchronized (this) {
            if (underWay || waiting.isEmpty()) {
                return;
            }
            underWay = true;
            while (!waiting.isEmpty() && batch.size() < PROPOSALS_MAX) {
                batch.add(waiting.poll());
            }
        }
        controller
                .send(request(batch), AlterPartitionResponseData.class, TIMEOUT_MS)
                .onComplete(outcome -> {
                    synchronized (this) {
                        underWay = false;
                    }
                    sendNext();
                    if (outcome.succeeded()) {
                        answer(batch, outcome.result());
                    } else {
                        batch.forEach(each -> each.answer().fail(outcome.cause()));
                    }
                });
    }

    private AlterPartitionRequestData request(List<Asked> batch) {
        Map<UUID, TopicData> topics = new LinkedHashMap<>();
        for (Asked each : batch) {
            UUID topicId = each.proposal().partition().topicId();
            topics.computeIfAbsent(topicId, id -> new TopicData().setTopicId(KafkaIds.toKafka(id)))
                    .partitions()
                    .add(partition(each.proposal()));
        }
        return new AlterPartitionRequestData()
                .setBrokerId(nodeId)
                .setBrokerEpoch(brokerEpoch.getAsLong())
                .setTopics(List.copyOf(topics.values()));
    }

    private static AlterPartitionRequestData.PartitionData partition(Proposal proposal) {
        List<BrokerState> isr = proposal.isr().stream()
                .map(member -> new BrokerState().setBrokerId(member.nodeId()).setBrokerEpoch(member.brokerEpoch()))
                .toList();
        LeaderRecoveryState recovery =
                proposal.recovering() ? LeaderRecoveryState.RECOVERING : LeaderRecoveryState.RECOVERED;
        return new AlterPartitionRequestData.PartitionData()
                .setPartitionIndex(proposal.partition().partition())
                .setLeaderEpoch(proposal.leaderEpoch())
                .setPartitionEpoch(proposal.partitionEpoch())
                .setNewIsrWithEpochs(isr)
                .setLeaderRecoveryState(recovery.value());
    }

    /** A partition that the answer does not speak of is asked about again. */
    private static void answer(List<Asked> batch, AlterPartitionResponseData response) {
        Map<UUID, Map<Integer, AlterPartitionResponseData.PartitionData>> answers = new HashMap<>();
        response.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> answers.computeIfAbsent(
                                        KafkaIds.fromKafka(topic.topicId()), id -> new HashMap<>())
                                .put(partition.partitionIndex(), partition)));
        for (Asked each : batch) {
            AlterPartitionResponseData.PartitionData partition = answers.getOrDefault(
                            each.proposal().partition().topicId(), Map.of())
                    .get(each.proposal().partition().partition());
            try {
                each.answer().complete(answer(partition));
            } catch (RuntimeException e) {
                each.answer().fail(e);
            }
        }
    }

    private static Answer answer(AlterPartitionResponseData.PartitionData partition) {
        if (partition == null) {
            throw Errors.UNKNOWN_SERVER_ERROR.exception("The controller did not answer for this partition");
        }
        Errors error = Errors.forCode(partition.errorCode());
        if (error == Errors.NONE) {
            return new Committed(
                    partition.leaderEpoch(),
                    partition.partitionEpoch(),
                    partition.isr(),
                    partition.leaderRecoveryState() == LeaderRecoveryState.RECOVERING.value());
        }
        if (STALE.contains(error)) {
            return new Stale(error.message());
        }
        if (INELIGIBLE.contains(error)) {
            return new Ineligible(error.message());
        }
        throw error.exception();
    }
}
