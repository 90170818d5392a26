package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.transaction.StatePartition.Change;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the partitions of decided transactions their outcome: asks the leader of each, and asks again until all have it or the reign of
 * the coordinator is over. Then the transaction is noted as completed.
 */
final class MarkerSender {

    private static final Logger log = LoggerFactory.getLogger(MarkerSender.class);

    private static final long RETRY_MS = 50;

    private final Vertx vertx;
    private final Supplier<ClusterImage> image;
    private final TransactionPeers peers;
    private final LongSupplier clock;

    MarkerSender(Vertx vertx, Supplier<ClusterImage> image, TransactionPeers peers, LongSupplier clock) {
        this.vertx = vertx;
        this.image = image;
        this.peers = peers;
        this.clock = clock;
    }

    void send(StatePartition coordinator, TransactionMetadata prepared) {
        EndMarker marker = new EndMarker(
                prepared.producerId(),
                prepared.epoch(),
                coordinator.leaderEpoch(),
                prepared.state() == TransactionState.PREPARE_COMMIT,
                prepared.version());
        new Sending(coordinator, prepared, marker).round();
    }

    /** One transaction on its way. */
    private final class Sending {

        private final StatePartition coordinator;
        private final TransactionMetadata prepared;
        private final EndMarker marker;

        /** Partitions without the marker. */
        private final Set<TransactionPartition> left = ConcurrentHashMap.newKeySet();

        private volatile boolean fenced;

        Sending(StatePartition coordinator, TransactionMetadata prepared, EndMarker marker) {
            this.coordinator = coordinator;
            this.prepared = prepared;
            this.marker = marker;
            left.addAll(prepared.partitions());
        }

        void round() {
            if (!coordinator.isOpen() || fenced) {
                return;
            }
            if (left.isEmpty()) {
                complete();
                return;
            }
            List<Future<?>> asked = new ArrayList<>();
            byLeader()
                    .forEach((leader, partitions) -> asked.add(peers.write(leader, marker, partitions)
                            .onSuccess(answers -> answers.forEach(this::answered))
                            .onFailure(failure -> log.debug(
                                    "node {} did not take markers, which is tried again: {}",
                                    leader,
                                    failure.toString()))));
            Future.join(asked).onComplete(done -> {
                if (left.isEmpty()) {
                    round();
                } else {
                    vertx.setTimer(RETRY_MS, id -> round());
                }
            });
        }

        private Map<Integer, List<TransactionPartition>> byLeader() {
            ClusterImage newest = image.get();
            Map<Integer, List<TransactionPartition>> byLeader = new HashMap<>();
            for (TransactionPartition each : left) {
                TopicMetadata topic = newest.topic(each.topic()).orElse(null);
                if (topic == null || each.partition() >= topic.partitions().size()) {
                    // It was deleted, and with it whatever the transaction had there.
                    left.remove(each);
                    continue;
                }
                int leader = topic.partitions().get(each.partition()).leader();
                if (leader != PartitionMetadata.NO_LEADER) {
                    byLeader.computeIfAbsent(leader, node -> new ArrayList<>()).add(each);
                }
            }
            return byLeader;
        }

        private void answered(TransactionPartition partition, ErrorCode error) {
            switch (error) {
                case NONE -> left.remove(partition);
                case INVALID_PRODUCER_EPOCH -> {
                    log.warn(
                            "{} has a newer epoch of producer {} than {}: the transaction is not open there any more",
                            partition,
                            marker.producerId(),
                            marker.producerEpoch());
                    left.remove(partition);
                }
                case TRANSACTION_COORDINATOR_FENCED -> {
                    log.info("{} was told by a newer coordinator of '{}'", partition, prepared.transactionalId());
                    fenced = true;
                }
                default -> log.debug("{} did not take a marker, which is tried again: {}", partition, error);
            }
        }

        private void complete() {
            coordinator
                    .<Void>change(
                            prepared.transactionalId(),
                            (present, pending) -> present != prepared || pending
                                    ? Change.none(null)
                                    : new Change<>(present.completed(clock.getAsLong()), completed -> null))
                    .onFailure(failure -> {
                        log.debug(
                                "the end of the transaction of '{}' could not be noted, which is tried again: {}",
                                prepared.transactionalId(),
                                failure.toString());
                        vertx.setTimer(RETRY_MS, id -> round());
                    });
        }
    }
}
