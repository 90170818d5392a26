package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Optional;

/** Where leader epochs end in the logs that this node leads (KIP-101, KIP-320). Thread-safe, never blocks. */
final class LeaderEpochs {

    private final PartitionRegistry registry;

    LeaderEpochs(PartitionRegistry registry) {
        this.registry = registry;
    }

    /** See {@link PartitionService#endOffsetForEpoch}. */
    Optional<EpochEndOffset> end(TopicPartition key, int leaderEpoch, int currentLeaderEpoch) {
        LeaderRole leader = registry.leading(key);
        if (currentLeaderEpoch >= 0) {
            leader.requireEpoch(currentLeaderEpoch);
        }
        if (leaderEpoch < 0 || leaderEpoch > leader.leaderEpoch()) {
            return Optional.empty();
        }
        return leader.endOffsetForEpoch(leaderEpoch)
                // All records of epochs that are forgotten lay below the start of the log.
                .or(() -> Optional.of(
                        new EpochEndOffset(leaderEpoch, leader.offsets().logStartOffset())));
    }

    /** See {@link PartitionService#endOfEpoch}. */
    Future<EpochEnd> endForReader(TopicPartition key, int leaderEpoch) {
        try {
            int current = registry.leading(key).leaderEpoch();
            EpochEndOffset end =
                    end(key, leaderEpoch, current).orElseThrow(() -> unknownEpoch(key, leaderEpoch, current));
            return Future.succeededFuture(new EpochEnd(current, end.endOffset()));
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    private static MillraceException unknownEpoch(TopicPartition key, int asked, int current) {
        return new MillraceException(
                ErrorCode.UNKNOWN_LEADER_EPOCH,
                "The leader of " + key + " is in epoch " + current + " and has not heard of epoch " + asked
                        + ": ask again in a moment");
    }
}
