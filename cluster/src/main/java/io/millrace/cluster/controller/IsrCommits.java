package io.millrace.cluster.controller;

import io.millrace.cluster.replication.IsrCommitter;
import io.vertx.core.Future;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionRequestData.TopicData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.LeaderRecoveryState;

/** Carries the proposals of leaders to the active controller. Thread-safe, never blocks. */
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

    private final int nodeId;
    private final LongSupplier brokerEpoch;
    private final ActiveController controller;

    IsrCommits(int nodeId, LongSupplier brokerEpoch, ActiveController controller) {
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
    }

    @Override
    public Future<Answer> alter(Proposal proposal) {
        List<BrokerState> isr = proposal.isr().stream()
                .map(member -> new BrokerState().setBrokerId(member.nodeId()).setBrokerEpoch(member.brokerEpoch()))
                .toList();
        LeaderRecoveryState recovery =
                proposal.recovering() ? LeaderRecoveryState.RECOVERING : LeaderRecoveryState.RECOVERED;
        AlterPartitionRequestData request = new AlterPartitionRequestData()
                .setBrokerId(nodeId)
                .setBrokerEpoch(brokerEpoch.getAsLong())
                .setTopics(List.of(new TopicData()
                        .setTopicId(
                                ImageTranslation.toKafka(proposal.partition().topicId()))
                        .setPartitions(List.of(new AlterPartitionRequestData.PartitionData()
                                .setPartitionIndex(proposal.partition().partition())
                                .setLeaderEpoch(proposal.leaderEpoch())
                                .setPartitionEpoch(proposal.partitionEpoch())
                                .setNewIsrWithEpochs(isr)
                                .setLeaderRecoveryState(recovery.value())))));
        return controller
                .send(request, AlterPartitionResponseData.class, TIMEOUT_MS)
                .map(IsrCommits::answer);
    }

    private static Answer answer(AlterPartitionResponseData response) {
        AlterPartitionResponseData.PartitionData partition =
                response.topics().get(0).partitions().get(0);
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
