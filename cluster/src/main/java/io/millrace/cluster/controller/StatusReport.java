package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.metadata.ClusterStatus;
import io.millrace.cluster.metadata.ClusterStatus.Node;
import io.millrace.cluster.metadata.ClusterStatus.QuorumMember;
import io.millrace.cluster.metadata.ClusterStatus.QuorumState;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.quorum.QuorumStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Puts together what the image and the quorum say. */
final class StatusReport {

    private StatusReport() {}

    /** @param progress as the leader of the quorum sees it; empty when it could not be asked */
    static ClusterStatus of(ClusterImage image, QuorumStatus quorum, List<QuorumStatus.Progress> progress) {
        List<PartitionMetadata> partitions = image.topics().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        return new ClusterStatus(
                image.clusterId(),
                image.controllerId(),
                image.version(),
                new QuorumState(
                        quorum.leaderId().orElse(-1),
                        quorum.epoch(),
                        quorum.highWatermark().orElse(-1),
                        voters(quorum, progress),
                        observers(image, progress)),
                image.brokers().values().stream()
                        .sorted(Comparator.comparingInt(BrokerMetadata::nodeId))
                        .map(broker -> node(broker, partitions))
                        .toList(),
                (int) partitions.stream()
                        .filter(each -> each.isr().size() < each.replicas().size())
                        .count(),
                (int) partitions.stream().filter(each -> each.leader() < 0).count(),
                ClusterSettingNames.catchUpBytesPerSecond(image.settings()));
    }

    private static List<QuorumMember> voters(QuorumStatus quorum, List<QuorumStatus.Progress> progress) {
        List<QuorumMember> voters = new ArrayList<>();
        for (QuorumStatus.Voter voter : quorum.voters()) {
            Optional<QuorumStatus.Progress> own = progress.stream()
                    .filter(each -> each.voter()
                            && each.nodeId() == voter.nodeId()
                            && each.directoryId().equals(voter.directoryId()))
                    .findFirst();
            voters.add(new QuorumMember(
                    voter.nodeId(),
                    voter.directoryId(),
                    voter.address().orElse(null),
                    own.map(QuorumStatus.Progress::logEndOffset).orElse(-1L),
                    own.map(QuorumStatus.Progress::lag).orElse(-1L),
                    own.map(QuorumStatus.Progress::lastCaughtUpMs).orElse(-1L)));
        }
        return voters;
    }

    private static List<QuorumMember> observers(ClusterImage image, List<QuorumStatus.Progress> progress) {
        return progress.stream()
                .filter(each -> !each.voter())
                .sorted(Comparator.comparingInt(QuorumStatus.Progress::nodeId))
                .map(each -> new QuorumMember(
                        each.nodeId(),
                        each.directoryId(),
                        Optional.ofNullable(image.brokers().get(each.nodeId()))
                                .map(BrokerMetadata::peer)
                                .orElse(null),
                        each.logEndOffset(),
                        each.lag(),
                        each.lastCaughtUpMs()))
                .toList();
    }

    private static Node node(BrokerMetadata broker, List<PartitionMetadata> partitions) {
        Integer id = broker.nodeId();
        List<PartitionMetadata> own =
                partitions.stream().filter(each -> each.replicas().contains(id)).toList();
        return new Node(
                broker,
                (int) own.stream().filter(each -> each.leader() == id).count(),
                (int) own.stream()
                        .filter(each -> each.replicas().get(0).equals(id))
                        .count(),
                own.size(),
                (int) own.stream().filter(each -> !each.isr().contains(id)).count());
    }
}
