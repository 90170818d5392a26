package io.millrace.cluster;

import io.millrace.cluster.controller.ControlPlane;
import io.millrace.cluster.identity.BrokerEpochFile;
import io.millrace.cluster.identity.Formation;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.file.Disk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node is let in again: by the epoch that it was let in with the last time, which lies in its data directory, it proves that it still
 * has what it acknowledged then.
 */
final class NodeRegistration {

    private static final Logger log = LoggerFactory.getLogger(NodeRegistration.class);

    private final Vertx vertx;
    private final ClusterConfig config;
    private final LogManager logs;
    private final ControlPlane controlPlane;
    private final boolean takesOver;
    private final BrokerEpochFile epochFile;

    /** @param takesOver whether the directory has metadata of before there was a quorum, which the cluster takes over */
    NodeRegistration(Vertx vertx, ClusterConfig config, LogManager logs, ControlPlane controlPlane, boolean takesOver) {
        this.vertx = vertx;
        this.config = config;
        this.logs = logs;
        this.controlPlane = controlPlane;
        this.takesOver = takesOver;
        this.epochFile = new BrokerEpochFile(Disk.local(), config.storage().directory());
    }

    /** See {@link ClusterNode#register}. */
    Future<Void> register(NodeEndpoints endpoints) {
        return vertx.executeBlocking(this::previousEpoch)
                .compose(previous -> controlPlane.register(endpoints, previous, this::keepEpoch))
                .compose(letIn -> vertx.executeBlocking(() -> {
                    if (takesOver) {
                        Formation.of(config).putFormerAside();
                    }
                    return null;
                }));
    }

    /** What proves that this directory has what the last life acknowledged; nothing does when a log in it is damaged. */
    private long previousEpoch() throws IOException {
        if (config.peers().isClustered() && logs.logs().stream().anyMatch(NodeRegistration::isDamaged)) {
            log.warn(
                    "A log here is damaged: this node is taken out of all in-sync replicas until it has caught up again");
            return BrokerEpochFile.NONE;
        }
        long kept = epochFile.read();
        return kept == BrokerEpochFile.NONE && takesOver ? ControlPlane.TAKEN_OVER : kept;
    }

    private static boolean isDamaged(PartitionLog each) {
        try {
            each.offsets();
            return false;
        } catch (LogException e) {
            return true;
        }
    }

    private void keepEpoch(long epoch) {
        try {
            epochFile.write(epoch, config.peers().address().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
