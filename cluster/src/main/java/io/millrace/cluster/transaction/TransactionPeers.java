package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.ProducerTransaction;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;

/** What nodes ask each other about transactions; what a node asks itself takes no connection. Thread-safe, never blocks. */
final class TransactionPeers {

    /** Answers wait for replicas. */
    private static final PeerLane MARKERS = new PeerLane("transaction-markers");

    private static final PeerLane VERIFICATION = new PeerLane("transaction-verification");

    private static final long MARKER_TIMEOUT_MS = 15_000;
    private static final long VERIFICATION_TIMEOUT_MS = 3_000;

    private final int nodeId;
    private final PeerTransport transport;
    private final IntFunction<PeerAddress> addresses;
    private final MarkerWriter writer;

    /** @param addresses the node-to-node listener of a node, null when it is not known */
    TransactionPeers(int nodeId, PeerTransport transport, IntFunction<PeerAddress> addresses, MarkerWriter writer) {
        this.nodeId = nodeId;
        this.transport = transport;
        this.addresses = addresses;
        this.writer = writer;
    }

    /** Has a leader write a marker to some of its partitions; answers each. */
    Future<Map<TransactionPartition, ErrorCode>> write(
            int leader, EndMarker marker, List<TransactionPartition> partitions) {
        if (leader == nodeId) {
            return writeHere(marker, partitions);
        }
        PeerAddress address = addresses.apply(leader);
        if (address == null) {
            return Future.failedFuture(unknown(leader));
        }
        return transport
                .send(
                        address,
                        MARKERS,
                        TransactionMessages.MARKERS_VERSION,
                        TransactionMessages.markers(marker, partitions),
                        MARKER_TIMEOUT_MS)
                .map(answer -> TransactionMessages.written((WriteTxnMarkersResponseData) answer));
    }

    Future<Map<TransactionPartition, ErrorCode>> writeHere(EndMarker marker, List<TransactionPartition> partitions) {
        Map<TransactionPartition, ErrorCode> answers = new HashMap<>();
        List<Future<?>> writes = new ArrayList<>();
        for (TransactionPartition each : partitions) {
            writes.add(writer.write(each, marker).transform(done -> {
                synchronized (answers) {
                    answers.put(each, codeOf(done.cause()));
                }
                return Future.succeededFuture();
            }));
        }
        return Future.join(writes).map(done -> {
            synchronized (answers) {
                return new HashMap<>(answers);
            }
        });
    }

    /** Asks another node, which coordinates an id, whether a partition is in its transaction, or has it added. */
    Future<ErrorCode> verify(
            int coordinator,
            TransactionPartition partition,
            ProducerTransaction transaction,
            ProducerIdentity producer) {
        PeerAddress address = addresses.apply(coordinator);
        if (address == null) {
            return Future.failedFuture(unknown(coordinator));
        }
        return transport
                .send(
                        address,
                        VERIFICATION,
                        TransactionMessages.ADD_PARTITIONS_VERSION,
                        TransactionMessages.verification(partition, transaction, producer),
                        VERIFICATION_TIMEOUT_MS)
                .map(answer -> TransactionMessages.verified((AddPartitionsToTxnResponseData) answer));
    }

    private static MillraceException unknown(int node) {
        return new MillraceException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE, "The address of node " + node + " is not known yet");
    }

    static ErrorCode codeOf(Throwable failure) {
        if (failure == null) {
            return ErrorCode.NONE;
        }
        return failure instanceof MillraceException answer ? answer.code() : ErrorCode.UNKNOWN_SERVER_ERROR;
    }
}
