package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResultCollection;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The requests about transactions that come from other nodes; markers also come from administrators. */
public final class TransactionApis {

    private final TransactionCoordinator coordinator;
    private final TransactionPeers peers;

    TransactionApis(TransactionCoordinator coordinator, TransactionPeers peers) {
        this.coordinator = coordinator;
        this.peers = peers;
    }

    /** Rows of the node-to-node listener. */
    List<PeerApi> rows() {
        return List.of(
                new PeerApi(
                        ApiKeys.WRITE_TXN_MARKERS,
                        (short) 1,
                        TransactionMessages.MARKERS_VERSION,
                        (version, request) -> writeMarkers((WriteTxnMarkersRequestData) request)
                                .map(answer -> (ApiMessage) answer)),
                new PeerApi(
                        ApiKeys.ADD_PARTITIONS_TO_TXN,
                        (short) 4,
                        TransactionMessages.ADD_PARTITIONS_VERSION,
                        (version, request) -> addPartitions((AddPartitionsToTxnRequestData) request)
                                .map(answer -> (ApiMessage) answer)));
    }

    /** Ends transactions in partitions that this node leads. Each partition succeeds or fails on its own. */
    public Future<WriteTxnMarkersResponseData> writeMarkers(WriteTxnMarkersRequestData request) {
        List<Future<WritableTxnMarkerResult>> rows = new ArrayList<>();
        for (WritableTxnMarker marker : request.markers()) {
            rows.add(peers.writeHere(TransactionMessages.marker(marker), TransactionMessages.partitions(marker))
                    .map(answers -> TransactionMessages.result(marker.producerId(), answers)));
        }
        return Future.join(rows)
                .map(done -> new WriteTxnMarkersResponseData()
                        .setMarkers(rows.stream().map(Future::result).toList()));
    }

    /** Adds partitions to transactions, or only looks whether they are in them, for the leaders of other nodes. */
    Future<AddPartitionsToTxnResponseData> addPartitions(AddPartitionsToTxnRequestData request) {
        AddPartitionsToTxnResultCollection results = new AddPartitionsToTxnResultCollection();
        List<Future<?>> all = new ArrayList<>();
        for (AddPartitionsToTxnTransaction each : request.transactions()) {
            AddPartitionsToTxnResult row = new AddPartitionsToTxnResult().setTransactionalId(each.transactionalId());
            results.add(row);
            all.add(addPartitions(each).map(answers -> row.setTopicResults(TransactionMessages.rows(answers))));
        }
        return Future.join(all).map(done -> new AddPartitionsToTxnResponseData().setResultsByTransaction(results));
    }

    private Future<Map<TransactionPartition, Short>> addPartitions(AddPartitionsToTxnTransaction each) {
        Set<TransactionPartition> partitions = TransactionMessages.partitions(each.topics());
        ProducerIdentity producer = new ProducerIdentity(each.producerId(), each.producerEpoch());
        if (each.verifyOnly()) {
            Map<TransactionPartition, Short> codes = new HashMap<>();
            try {
                coordinator
                        .verify(each.transactionalId(), producer, partitions)
                        .forEach((partition, error) -> codes.put(partition, error.kafkaCode()));
                return Future.succeededFuture(codes);
            } catch (MillraceException e) {
                return Future.succeededFuture(all(partitions, e.code()));
            }
        }
        return coordinator
                .addPartitions(each.transactionalId(), producer, partitions, TransactionMetadata.EPOCH_PER_TRANSACTION)
                .transform(done -> Future.succeededFuture(all(partitions, TransactionPeers.codeOf(done.cause()))));
    }

    private static Map<TransactionPartition, Short> all(Set<TransactionPartition> partitions, ErrorCode error) {
        Map<TransactionPartition, Short> codes = new HashMap<>();
        partitions.forEach(partition -> codes.put(partition, error.kafkaCode()));
        return codes;
    }
}
