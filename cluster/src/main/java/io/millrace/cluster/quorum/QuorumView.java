package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.VoterSet;

/** What the local Raft client knows at this moment, without asking anybody. Any thread, once the client is initialized. */
final class QuorumView {

    private final KafkaRaftClient<?> client;
    private final ReplicaKey self;

    QuorumView(KafkaRaftClient<?> client, QuorumSettings settings) {
        this.client = client;
        this.self = Quorum.key(settings);
    }

    ReplicaKey self() {
        return self;
    }

    LeaderAndEpoch leaderAndEpoch() {
        return client.leaderAndEpoch();
    }

    boolean isLeader() {
        return client.leaderAndEpoch().isLeader(self.id());
    }

    VoterSet voters() {
        return RaftClients.voters(client);
    }

    boolean isVoter() {
        return voters().isVoter(self);
    }

    /** The keys of the voters by node id. */
    List<ReplicaKey> voterKeys() {
        return voters().voterKeys().stream()
                .sorted(Comparator.comparingInt(ReplicaKey::id))
                .toList();
    }

    /** Where the voters are, as the log says. */
    List<PeerAddress> voterAddresses() {
        return voterKeys().stream().flatMap(key -> address(key.id()).stream()).toList();
    }

    /** Empty while nobody leads, as far as is known here. */
    Optional<PeerAddress> leaderAddress() {
        if (client.leaderAndEpoch().leaderId().isEmpty()) {
            return Optional.empty();
        }
        return RaftClients.leaderEndpoints(client)
                .address(QuorumProtocol.LISTENER)
                .map(address -> new PeerAddress(address.getHostString(), address.getPort()));
    }

    private Optional<PeerAddress> address(int voterId) {
        return client.voterNode(voterId, QuorumProtocol.LISTENER).map(QuorumProtocol::address);
    }

    /** Whether the Raft client may see this message; see {@link LeaderClaim}. */
    boolean isCredible(ApiMessage message) {
        return LeaderClaim.of(message).map(this::isCredible).orElse(true);
    }

    private boolean isCredible(LeaderClaim claim) {
        LeaderAndEpoch known = client.leaderAndEpoch();
        if (claim.epoch() < known.epoch()) {
            // Old: the client ignores it.
            return true;
        }
        if (claim.leaderId() == self.id()) {
            return known.isLeader(self.id());
        }
        return claim.located() || !voters().listeners(claim.leaderId()).isEmpty();
    }

    /** Whether this node has everything that it knows to be committed. */
    boolean isCaughtUp() {
        OptionalLong committed = client.highWatermark();
        return committed.isPresent() && client.logEndOffset() >= committed.getAsLong();
    }

    QuorumStatus status() {
        LeaderAndEpoch leader = client.leaderAndEpoch();
        QuorumStatus.Role role = leader.isLeader(self.id())
                ? QuorumStatus.Role.LEADER
                : isVoter() ? QuorumStatus.Role.VOTER : QuorumStatus.Role.OBSERVER;
        List<QuorumStatus.Voter> voters = voterKeys().stream()
                .map(key -> new QuorumStatus.Voter(
                        key.id(),
                        KafkaIds.fromKafka(key.directoryId().orElse(ReplicaKey.NO_DIRECTORY_ID)),
                        address(key.id())))
                .toList();
        return new QuorumStatus(
                self.id(),
                role,
                leader.leaderId(),
                leader.epoch(),
                client.highWatermark(),
                client.logEndOffset(),
                voters);
    }
}
