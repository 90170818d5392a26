package io.millrace.cluster;

import io.millrace.cluster.hazelcast.HazelcastMembership;
import io.millrace.cluster.identity.BrokerEpochFile;
import io.millrace.cluster.identity.Formation;
import io.millrace.cluster.identity.MetadataReserve;
import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.cluster.membership.AloneMembership;
import io.millrace.cluster.membership.ClusterFormation;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.FormationWatch;
import io.millrace.cluster.membership.JoiningMembership;
import io.millrace.cluster.membership.Membership;
import io.millrace.cluster.metadata.FormerMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordRewriter;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.file.Disk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be found out before there can be a node: what the data directory holds, who else is there, and which cluster this is.
 */
final class NodeOpening {

    private static final Logger log = LoggerFactory.getLogger(NodeOpening.class);

    private static final long START_AGAIN_MS = 5_000;

    private final Vertx vertx;
    private final ClusterConfig config;
    private final Clock clock;
    private final StorageMetrics metrics;
    private final Formation formation;

    // Found out one after the other.
    private LogManager logs;
    private Optional<FormerMetadata> former = Optional.empty();
    private Optional<NodeIdentity> identity = Optional.empty();
    private Membership membership;
    private Future<ClusterFormation.Decision> decided;

    /** Makes a node of what was found out. */
    @FunctionalInterface
    interface Assembly {
        /** @param welcome fails when the others do not want this node, which may be found out later */
        ClusterNode assemble(
                LogManager logs,
                Membership membership,
                NodeIdentity identity,
                Optional<FormerMetadata> former,
                Future<?> welcome)
                throws Exception;
    }

    NodeOpening(Vertx vertx, ClusterConfig config, Clock clock, StorageMetrics metrics) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        this.metrics = metrics;
        this.formation = Formation.of(config);
    }

    /** Blocks nobody. What was opened is closed again when it fails. */
    Future<ClusterNode> open(Assembly assembly) {
        return vertx.executeBlocking(() -> {
                    openDirectory();
                    return identity.isPresent()
                            && epochFile().wasAt(config.peers().address().toString());
                })
                .compose(knowsItsCluster -> findOthers(knowsItsCluster))
                .compose(found -> vertx.executeBlocking(() -> {
                    NodeIdentity self = settle();
                    return assembly.assemble(logs, membership, self, former, decided);
                }))
                .recover(failure -> closeAll().transform(closed -> Future.failedFuture(failure)));
    }

    private void openDirectory() throws IOException {
        TopicConfig.validate(config.topicDefaults());
        if (config.peers().isClustered()) {
            Quorum.refuseAcceptedLoss(config.storage().directory());
        }
        logs = LogManager.open(
                config.storage(), clock, metrics, RecordBatches::firstAtOrAfter, new RecordRewriter(), Disk.local());
        logs.leaveAlone(new MetadataReserve(Disk.local(), config.storage().directory()).prepare());
        former = formation.former();
        identity = formation.identity();
        boolean hasData =
                logs.logs().stream().anyMatch(each -> !each.topicPartition().equals(Quorum.PARTITION));
        if (identity.isEmpty() && former.isEmpty() && hasData) {
            throw new IOException("The data directory " + config.storage().directory()
                    + " has partition logs but no file node-identity, so it is not known which cluster and node they belong"
                    + " to. Restore the file from a backup; or, if other nodes have the data, move the directory aside and"
                    + " start this node empty.");
        }
    }

    /**
     * A node that was part of its cluster, at the address that it has now, finds the others through what its metadata log says; it need not
     * wait until it is found by them. Any other has to know first who is there: to join them, or because two may believe to be this node.
     */
    private Future<?> findOthers(boolean knowsItsCluster) {
        PeersConfig peers = config.peers();
        ClusterMember self = self();
        if (!peers.isClustered()) {
            membership = new AloneMembership(self);
            decided = decide(membership);
            return decided;
        }
        if (knowsItsCluster) {
            JoiningMembership later = JoiningMembership.of(self, startUntilItWorks(self));
            membership = later;
            decided = later.joined().compose(this::decide);
            return Future.succeededFuture();
        }
        decided = HazelcastMembership.start(vertx, peers.discovery(), self)
                .onSuccess(joined -> membership = joined)
                .compose(this::decide);
        return decided;
    }

    /** A port that is taken or a name that is not known just now keeps nobody from a cluster that works without. */
    private Future<HazelcastMembership> startUntilItWorks(ClusterMember self) {
        return HazelcastMembership.start(vertx, config.peers().discovery(), self)
                .recover(failure -> {
                    log.warn(
                            "{} The cluster works without; dead nodes are noticed later. This is tried again in {} ms.",
                            failure.getMessage(),
                            START_AGAIN_MS);
                    return vertx.timer(START_AGAIN_MS, TimeUnit.MILLISECONDS)
                            .compose(waited -> startUntilItWorks(self))
                            .onSuccess(found -> log.info("The other nodes can be looked for now"));
                });
    }

    private ClusterMember self() {
        return new ClusterMember(
                config.nodeId(),
                "",
                identity.map(NodeIdentity::clusterId)
                        .or(() -> former.map(FormerMetadata::clusterId))
                        .map(UUID::toString)
                        .orElse(""),
                config.peers().address(),
                "",
                "",
                config.rack() == null ? "" : config.rack());
    }

    private Future<ClusterFormation.Decision> decide(Membership found) {
        return FormationWatch.decide(
                vertx, found, config.peers().voters(), config.peers().joinTimeoutMs());
    }

    /** Who this node is from now on; an empty directory becomes one of the cluster that was decided on. */
    private NodeIdentity settle() throws IOException {
        if (identity.isPresent()) {
            return identity.get();
        }
        ClusterFormation.Decision decision = decided.result();
        boolean founds = former.isPresent() || decision instanceof ClusterFormation.Form;
        UUID clusterId =
                decision instanceof ClusterFormation.Join join ? UUID.fromString(join.clusterId()) : UUID.randomUUID();
        NodeIdentity created = formation.format(clusterId, self -> prepare(self, founds));
        membership.announceCluster(clusterId.toString());
        log.atInfo()
                .addKeyValue("clusterId", clusterId)
                .log(founds ? "Formatted a new data directory" : "Joined a cluster with an empty data directory");
        return created;
    }

    private void prepare(NodeIdentity self, boolean founds) throws IOException {
        if (founds) {
            Quorum.formatLoneVoter(NodeSettings.quorum(config, self, membership));
        } else {
            Quorum.forgetLoneVoter(config.storage().directory());
        }
    }

    private BrokerEpochFile epochFile() {
        return new BrokerEpochFile(Disk.local(), config.storage().directory());
    }

    private Future<Void> closeAll() {
        Future<Void> left = membership == null ? Future.succeededFuture() : membership.leave();
        return left.compose(gone -> vertx.executeBlocking(() -> {
            if (logs != null) {
                logs.close();
            }
            return null;
        }));
    }
}
