package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The quorum as this node sees it.
 *
 * @param leaderId empty while nobody leads, as far as is known here
 * @param highWatermark everything below it is committed; empty before that was learned from a leader
 * @param logEndOffset of this node's metadata log
 * @param voters by node id, as of the newest record about them, committed or not
 */
public record QuorumStatus(
        int nodeId,
        Role role,
        OptionalInt leaderId,
        int epoch,
        OptionalLong highWatermark,
        long logEndOffset,
        List<Voter> voters) {

    /** What this node does in the quorum. */
    public enum Role {
        LEADER,
        /** Counts for majorities. */
        VOTER,
        /** Only follows. */
        OBSERVER
    }

    /** One that counts for majorities. */
    public record Voter(int nodeId, UUID directoryId, Optional<PeerAddress> address) {}

    /**
     * How far a node has come, as its leader sees it.
     *
     * @param logEndOffset -1 when the node was not heard of since the leader was elected
     * @param lag records that it does not have yet
     * @param lastCaughtUpMs when it last had everything, by the leader's clock; -1 for never
     */
    public record Progress(
            int nodeId, UUID directoryId, boolean voter, long logEndOffset, long lag, long lastCaughtUpMs) {}
}
