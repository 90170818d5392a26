package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Who this node is in the quorum, and how it behaves.
 *
 * @param dataDirectory where the metadata log lies, with its snapshots and the vote
 * @param directoryId of the data directory: a new one says that this disk knows nothing of what the node had promised
 * @param ownAddress where other nodes reach this one
 * @param bootstrap where nodes of the cluster are asked who leads, while that is not known; the own address does not matter
 * @param canBecomeVoter whether this node may become a voter when there are too few
 * @param voters how many there should be: one, three or five
 */
public record QuorumSettings(
        int nodeId,
        UUID directoryId,
        String clusterId,
        Path dataDirectory,
        PeerAddress ownAddress,
        List<PeerAddress> bootstrap,
        boolean canBecomeVoter,
        int voters,
        QuorumTimings timings) {

    public QuorumSettings {
        Objects.requireNonNull(directoryId, "directoryId");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(dataDirectory, "dataDirectory");
        Objects.requireNonNull(ownAddress, "ownAddress");
        Objects.requireNonNull(timings, "timings");
        bootstrap = List.copyOf(bootstrap);
        if (nodeId < 0) {
            throw new IllegalArgumentException("nodeId must not be negative: " + nodeId);
        }
        if (voters < 1) {
            throw new IllegalArgumentException("voters must be at least 1: " + voters);
        }
    }

    /** Whom to ask: never only this node, as long as others are known. */
    List<PeerAddress> othersToAsk() {
        List<PeerAddress> others = bootstrap.stream()
                .filter(address -> !address.equals(ownAddress))
                .distinct()
                .toList();
        return others.isEmpty() ? List.of(ownAddress) : others;
    }
}
