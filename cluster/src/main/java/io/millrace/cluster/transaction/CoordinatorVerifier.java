package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.partition.ProducerTransaction;
import io.millrace.cluster.partition.TransactionVerifier;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Asks the coordinator of a transactional id, here or on another node, for the leaders of this one (KIP-890). */
final class CoordinatorVerifier implements TransactionVerifier {

    /** The last transaction is mostly completed within moments: the producer need not be bothered. */
    private static final long RETRY_MS = 10;

    private static final int ATTEMPTS_MAX = 30;

    private final Vertx vertx;
    private final int nodeId;
    private final Supplier<ClusterImage> image;
    private final TransactionCoordinator coordinator;
    private final TransactionPeers peers;

    CoordinatorVerifier(
            Vertx vertx,
            int nodeId,
            Supplier<ClusterImage> image,
            TransactionCoordinator coordinator,
            TransactionPeers peers) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.image = image;
        this.coordinator = coordinator;
        this.peers = peers;
    }

    @Override
    public Future<Void> verify(
            TopicPartition partition, ProducerTransaction transaction, long producerId, short producerEpoch) {
        Promise<Void> done = Promise.promise();
        TransactionPartition wanted = new TransactionPartition(partition.topic(), partition.partition());
        attempt(wanted, transaction, new ProducerIdentity(producerId, producerEpoch), 1, done);
        return done.future();
    }

    private void attempt(
            TransactionPartition partition,
            ProducerTransaction transaction,
            ProducerIdentity producer,
            int number,
            Promise<Void> done) {
        ask(partition, transaction, producer).onComplete(asked -> {
            ErrorCode error = asked.succeeded() ? asked.result() : TransactionPeers.codeOf(asked.cause());
            if (error == ErrorCode.NONE) {
                done.complete();
            } else if (isTemporary(error) && number < ATTEMPTS_MAX) {
                vertx.setTimer(RETRY_MS, id -> attempt(partition, transaction, producer, number + 1, done));
            } else {
                done.fail(told(error, partition, transaction));
            }
        });
    }

    private Future<ErrorCode> ask(
            TransactionPartition partition, ProducerTransaction transaction, ProducerIdentity producer) {
        String id = transaction.transactionalId();
        OptionalInt node = StateTopic.coordinatorOf(image.get(), id);
        if (node.isEmpty()) {
            return Future.succeededFuture(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        }
        if (node.getAsInt() != nodeId) {
            return peers.verify(node.getAsInt(), partition, transaction, producer);
        }
        if (transaction.addsPartitions()) {
            return coordinator
                    .addPartitions(id, producer, Set.of(partition), TransactionMetadata.EPOCH_PER_TRANSACTION)
                    .transform(done -> Future.succeededFuture(TransactionPeers.codeOf(done.cause())));
        }
        try {
            return Future.succeededFuture(
                    coordinator.verify(id, producer, Set.of(partition)).get(partition));
        } catch (MillraceException e) {
            return Future.succeededFuture(e.code());
        }
    }

    private static boolean isTemporary(ErrorCode error) {
        return error == ErrorCode.CONCURRENT_TRANSACTIONS
                || error == ErrorCode.NOT_COORDINATOR
                || error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
                || error == ErrorCode.COORDINATOR_NOT_AVAILABLE;
    }

    /** What producers of all ages understand as an answer to Produce. */
    private static MillraceException told(
            ErrorCode error, TransactionPartition partition, ProducerTransaction transaction) {
        ErrorCode code = switch (error) {
            case PRODUCER_FENCED -> ErrorCode.INVALID_PRODUCER_EPOCH;
            case CONCURRENT_TRANSACTIONS ->
                transaction.addsPartitions() ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NOT_ENOUGH_REPLICAS;
            case INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE, TRANSACTION_ABORTABLE, INVALID_REQUEST -> error;
            default -> ErrorCode.NOT_ENOUGH_REPLICAS;
        };
        return new MillraceException(
                code,
                "The coordinator of '" + transaction.transactionalId()
                        + "' does not let its producer write to partition "
                        + partition.partition() + " of topic '" + partition.topic() + "': " + error
                        + ". Nothing was stored.");
    }
}
