package io.millrace.cluster.quorum;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.QuorumStateStore;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.KRaftVersion;

/**
 * What a node remembers of elections, told to the Raft client, when it starts, without what would end it. Both were found by simulation:
 *
 * <ul>
 *   <li>A node that stood for election in an epoch, lost, and followed the winner remembers its own vote too, and the client would stand for
 *       election again in the same epoch, with records of that epoch in its log. Voters answer that with INVALID_REQUEST, at which
 *       the client ends. With a leader in an epoch nobody else gets a vote in it, so the vote says nothing any more.
 *   <li>A node that had only just begun to join knows the leader's id and not his address, and the client ends at his first answer. Nobody
 *       counts on what such a node remembers: it is no voter as long as it knows none.
 * </ul>
 */
final class RememberedElection implements QuorumStateStore {

    private final ReplicaKey self;
    private final QuorumStateStore store;
    private final Supplier<VoterSet> voters;

    /** @param voters by the log, as the client has read it when it asks for the state */
    RememberedElection(ReplicaKey self, QuorumStateStore store, Supplier<VoterSet> voters) {
        this.self = self;
        this.store = store;
        this.voters = voters;
    }

    @Override
    public Optional<ElectionState> readElectionState() {
        return store.readElectionState().map(this::withoutTraps);
    }

    private ElectionState withoutTraps(ElectionState state) {
        // That it led itself it must know: it has written in that epoch.
        if (!state.hasLeader() || state.isLeader(self.id())) {
            return state;
        }
        VoterSet known = voters.get();
        if (known.listeners(state.leaderId()).isEmpty()) {
            return known.voterIds().isEmpty() || !state.hasVoted()
                    ? ElectionState.withUnknownLeader(state.epoch(), known.voterIds())
                    : ElectionState.withVotedCandidate(state.epoch(), state.votedKey(), known.voterIds());
        }
        return state.isVotedCandidate(self)
                ? ElectionState.withElectedLeader(state.epoch(), state.leaderId(), Optional.empty(), known.voterIds())
                : state;
    }

    @Override
    public void writeElectionState(ElectionState latest, KRaftVersion kraftVersion) {
        store.writeElectionState(latest, kraftVersion);
    }

    @Override
    public Path path() {
        return store.path();
    }

    @Override
    public void clear() {
        store.clear();
    }
}
