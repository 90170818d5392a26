package io.millrace.cluster.quorum;

import java.util.Optional;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochResponseData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.EndQuorumEpochResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What a message says about who leads. A node whose disk is new can be told what it must not believe, and the Raft client ends when it is:
 * that it leads itself, as it did before, or that somebody leads of whom it does not know where it is. That passes with the next election,
 * so such messages are kept from it.
 *
 * @param leaderId -1 for nobody
 * @param located whether the message says where the leader is
 */
record LeaderClaim(int leaderId, int epoch, boolean located) {

    /** Empty for messages that say nothing about it. */
    static Optional<LeaderClaim> of(ApiMessage message) {
        if (message instanceof EndQuorumEpochRequestData end && isOfOnePartition(end)) {
            var partition = end.topics().get(0).partitions().get(0);
            return claim(
                    partition.leaderId(),
                    partition.leaderEpoch(),
                    end.leaderEndpoints().isEmpty());
        }
        if (message instanceof BeginQuorumEpochRequestData begin && isOfOnePartition(begin)) {
            var partition = begin.topics().get(0).partitions().get(0);
            return claim(
                    partition.leaderId(),
                    partition.leaderEpoch(),
                    begin.leaderEndpoints().isEmpty());
        }
        if (message instanceof FetchResponseData fetch) {
            return fetch.responses().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .findFirst()
                    .map(FetchResponseData.PartitionData::currentLeader)
                    .flatMap(leader -> claim(
                            leader.leaderId(),
                            leader.leaderEpoch(),
                            fetch.nodeEndpoints().isEmpty()));
        }
        if (message instanceof FetchSnapshotResponseData snapshot) {
            return snapshot.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .findFirst()
                    .map(FetchSnapshotResponseData.PartitionSnapshot::currentLeader)
                    .flatMap(leader -> claim(
                            leader.leaderId(),
                            leader.leaderEpoch(),
                            snapshot.nodeEndpoints().isEmpty()));
        }
        return ofElections(message);
    }

    private static Optional<LeaderClaim> ofElections(ApiMessage message) {
        if (message instanceof VoteResponseData vote) {
            return vote.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .findFirst()
                    .flatMap(each -> claim(
                            each.leaderId(),
                            each.leaderEpoch(),
                            vote.nodeEndpoints().isEmpty()));
        }
        if (message instanceof BeginQuorumEpochResponseData begin) {
            return begin.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .findFirst()
                    .flatMap(each -> claim(
                            each.leaderId(),
                            each.leaderEpoch(),
                            begin.nodeEndpoints().isEmpty()));
        }
        if (message instanceof EndQuorumEpochResponseData end) {
            return end.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .findFirst()
                    .flatMap(each -> claim(
                            each.leaderId(),
                            each.leaderEpoch(),
                            end.nodeEndpoints().isEmpty()));
        }
        return Optional.empty();
    }

    private static Optional<LeaderClaim> claim(int leaderId, int epoch, boolean nowhere) {
        return leaderId < 0 ? Optional.empty() : Optional.of(new LeaderClaim(leaderId, epoch, !nowhere));
    }

    private static boolean isOfOnePartition(EndQuorumEpochRequestData request) {
        return request.topics().size() == 1
                && request.topics().get(0).partitions().size() == 1;
    }

    private static boolean isOfOnePartition(BeginQuorumEpochRequestData request) {
        return request.topics().size() == 1
                && request.topics().get(0).partitions().size() == 1;
    }
}
