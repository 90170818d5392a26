package io.millrace.cluster;

import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.ReplicaFiles;
import io.millrace.cluster.partition.ReplicaHealth;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.quorum.QuorumStatus;
import io.millrace.cluster.replication.ReplicationStats;
import io.millrace.storage.LogManager;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.scrub.ScrubReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How a node does: what an operator looks at, through metrics, health checks and descriptions. Any thread; changes nothing. */
public final class NodeHealth {

    private final Vertx vertx;
    private final Path directory;
    private final LogManager logs;
    private final LocalPartitionService partitions;
    private final Quorum quorum;

    NodeHealth(Vertx vertx, Path directory, LogManager logs, LocalPartitionService partitions, Quorum quorum) {
        this.vertx = vertx;
        this.directory = directory;
        this.logs = logs;
        this.partitions = partitions;
        this.quorum = quorum;
    }

    /** Whether appends are possible; false once the log directory is offline. */
    public boolean isOnline() {
        return logs.isOnline();
    }

    /** How the replicas of this node do. Looks at all of them. */
    public ReplicaHealth replicas() {
        return partitions.overview().health();
    }

    /** Replicas here that serve nothing until an operator looks after them; the node serves everything else. */
    public List<TopicPartition> offlineReplicas() {
        return partitions.overview().offline();
    }

    /** What lies on this node's disk of each replica. Looks at all of them. */
    public List<ReplicaFiles> replicaFiles() {
        return partitions.overview().files();
    }

    /** What replication did in this process. */
    public ReplicationStats replicationStats() {
        return partitions.replicationStats();
    }

    /** What reading old segments again has found; does not stop the node from serving. */
    public ScrubReport scrubReport() {
        return logs.scrubReport();
    }

    /** The volume of the data directory, asked now. Completes on the caller's context. */
    public Future<DiskSpace> diskSpace() {
        return vertx.executeBlocking(() -> {
            FileStore volume = Files.getFileStore(directory);
            return new DiskSpace(volume.getTotalSpace(), volume.getUsableSpace());
        });
    }

    /** What this node is in the metadata quorum, and how far its log is; once it has joined. */
    public QuorumStatus quorum() {
        return quorum.status();
    }
}
