package io.millrace.cluster.recovery;

import io.millrace.cluster.controller.OfflineMetadata;
import io.millrace.cluster.identity.IdentityFile;
import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.quorum.QuorumRecovery;
import io.millrace.cluster.quorum.QuorumStatus;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.recovery.RecoveryReport.Copy;
import io.millrace.cluster.recovery.RecoveryReport.KnownPartition;
import io.millrace.storage.CleanerConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.file.Disk;
import io.millrace.storage.scrub.ScrubConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The data directory of a stopped node whose cluster lost the disks of most of its voters: {@link #open} it, show {@link #report}, and
 * only when an operator accepts what that says, {@link #recover}. Opening recovers the logs as every start does, and changes nothing else;
 * it fails when the node runs.
 *
 * <p>Not thread-safe; blocks.
 */
public final class ClusterRecovery implements AutoCloseable {

    private final LogManager logs;
    private final QuorumRecovery quorum;
    private final OfflineMetadata metadata;
    private final RecoveryReport report;

    private ClusterRecovery(LogManager logs, QuorumRecovery quorum, OfflineMetadata metadata, RecoveryReport report) {
        this.logs = logs;
        this.quorum = quorum;
        this.metadata = metadata;
        this.report = report;
    }

    /** @throws IOException when the directory cannot be used for this; the message says why, and what to do */
    public static ClusterRecovery open(Path dataDirectory) throws IOException {
        NodeIdentity self = new IdentityFile(Disk.local(), dataDirectory)
                .read()
                .orElseThrow(() -> new IOException("There is no file node-identity in " + dataDirectory
                        + ": it is not the data directory of a node that belongs to a cluster"));
        LogManager logs = LogManager.open(
                storage(dataDirectory), Clock.systemUTC(), StorageMetrics.NONE, RecordBatches::firstAtOrAfter);
        try {
            OfflineMetadata metadata = new OfflineMetadata();
            QuorumRecovery quorum = QuorumRecovery.open(self, dataDirectory, logs, metadata);
            return new ClusterRecovery(
                    logs, quorum, metadata, report(self, quorum.found(), metadata.image(self.clusterId())));
        } catch (IOException | RuntimeException e) {
            logs.close();
            throw e;
        }
    }

    /** Without anything that works in the background, and also on a disk that is full. */
    private static StorageConfig storage(Path dataDirectory) {
        StorageConfig defaults = StorageConfig.defaults(dataDirectory);
        return new StorageConfig(
                dataDirectory,
                1,
                0,
                defaults.shardQueueMax(),
                defaults.shardQueueBytesMax(),
                1 << 20,
                0,
                defaults.checkpointIntervalMs(),
                defaults.producerExpirationMs(),
                ScrubConfig.OFF,
                CleanerConfig.defaults());
    }

    private static RecoveryReport report(NodeIdentity self, QuorumRecovery.Found quorum, ClusterImage image)
            throws IOException {
        List<KnownPartition> partitions = new ArrayList<>();
        image.topics().values().stream()
                .sorted(Comparator.comparing(TopicMetadata::name))
                .forEach(topic ->
                        topic.partitions().forEach(each -> partitions.add(known(topic, each, self.nodeId()))));
        return new RecoveryReport(
                self,
                quorum,
                address(self, quorum, image),
                image.brokers().keySet(),
                image.topics().size(),
                partitions);
    }

    private static KnownPartition known(TopicMetadata topic, PartitionMetadata partition, int self) {
        Set<Integer> complete = new LinkedHashSet<>(partition.isr());
        complete.addAll(partition.elr());
        Copy copy =
                complete.contains(self) ? Copy.COMPLETE : partition.replicas().contains(self) ? Copy.BEHIND : Copy.NONE;
        return new KnownPartition(
                topic.name(), partition.partition(), partition.replicas(), List.copyOf(complete), copy);
    }

    private static PeerAddress address(NodeIdentity self, QuorumRecovery.Found quorum, ClusterImage image)
            throws IOException {
        BrokerMetadata broker = image.brokers().get(self.nodeId());
        if (broker != null && broker.peer() != null) {
            return broker.peer();
        }
        return quorum.voters().stream()
                .filter(voter -> voter.nodeId() == self.nodeId())
                .flatMap(voter -> voter.address().stream())
                .findFirst()
                .orElseThrow(() ->
                        new IOException("The metadata log does not say where other nodes reach node " + self.nodeId()
                                + ": it never was part of a cluster of several nodes, or has not heard that it is."));
    }

    public RecoveryReport report() {
        return report;
    }

    /** Whether there is nothing to recover: this node decides alone already. */
    public boolean isAloneAlready() {
        List<QuorumStatus.Voter> voters = report.quorum().voters();
        return voters.size() == 1
                && voters.get(0).nodeId() == report.self().nodeId()
                && voters.get(0).directoryId().equals(report.self().directoryId());
    }

    /**
     * Makes this node the only voter of the cluster, and has it lead what it has completely; the other voters count as lost with everything
     * they had. Durable on return.
     *
     * @return the epoch from which the metadata quorum goes on
     */
    public int recover() {
        int self = report.self().nodeId();
        Set<Integer> lost = report.quorum().voters().stream()
                .map(QuorumStatus.Voter::nodeId)
                .filter(voter -> voter != self)
                .collect(Collectors.toSet());
        return quorum.makeLoneVoter(report.address(), metadata.goOnFrom(self, lost));
    }

    @Override
    public void close() {
        quorum.close();
        logs.close();
    }
}
