package io.millrace.cluster.peer;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.cluster.routing.LeaderClient;
import io.millrace.storage.AppendResult;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Asks other nodes what Kafka clients ask: Produce, Fetch of a consumer, ListOffsets, OffsetForLeaderEpoch, over the node-to-node listeners. */
public final class PeerLeaderClient implements LeaderClient {

    private final PeerTransport transport;
    private final IntFunction<PeerAddress> addresses;
    private final long answerTimeoutMs;

    /**
     * @param addresses the node-to-node listener of a node id, null when it is not known; called for each request, on any thread
     * @param answerTimeoutMs how long an answer may take beyond the wait that the request asks for
     */
    public PeerLeaderClient(PeerTransport transport, IntFunction<PeerAddress> addresses, long answerTimeoutMs) {
        this.transport = transport;
        this.addresses = addresses;
        this.answerTimeoutMs = answerTimeoutMs;
    }

    @Override
    public Future<AppendResult> append(int node, AppendCommand command) {
        return send(
                        node,
                        PeerLane.APPENDS,
                        ClientMessages.PRODUCE_VERSION,
                        ClientMessages.produce(command),
                        command.timeoutMs())
                .map(answer -> ClientMessages.appended(command, (ProduceResponseData) answer))
                .recover(failure -> Future.failedFuture(told(failure, true)));
    }

    @Override
    public Future<List<OnceOutcome>> appendOnce(int node, AppendCommand command) {
        ProduceRequestData message = ClientMessages.produce(command);
        OnceField.ask(message);
        return send(node, PeerLane.APPENDS, ClientMessages.PRODUCE_VERSION, message, command.timeoutMs())
                .map(answer -> {
                    ProduceResponseData produced = (ProduceResponseData) answer;
                    ClientMessages.appended(command, produced);
                    return OnceField.outcomes(produced);
                })
                .recover(failure -> Future.failedFuture(told(failure, true)));
    }

    @Override
    public Future<List<Fetched>> fetch(int node, Fetch request) {
        return send(
                        node,
                        request.maxWaitMs() > 0 ? PeerLane.STREAMS : PeerLane.CLIENTS,
                        ClientMessages.FETCH_VERSION,
                        ClientMessages.fetch(request),
                        request.maxWaitMs())
                .map(answer -> ClientMessages.fetched(request, (FetchResponseData) answer))
                .recover(failure -> Future.failedFuture(told(failure, false)));
    }

    @Override
    public Future<List<Found>> find(int node, List<Known> partitions, long timestampMs) {
        return send(
                        node,
                        PeerLane.CLIENTS,
                        ClientMessages.LIST_OFFSETS_VERSION,
                        ClientMessages.listOffsets(partitions, timestampMs),
                        0)
                .map(answer -> ClientMessages.found(partitions, (ListOffsetsResponseData) answer))
                .recover(failure -> Future.failedFuture(told(failure, false)));
    }

    @Override
    public Future<EpochEnd> endOfEpoch(int node, Known known, int leaderEpoch) {
        return send(
                        node,
                        PeerLane.CLIENTS,
                        ClientMessages.EPOCH_END_VERSION,
                        ClientMessages.endOfEpoch(known, leaderEpoch),
                        0)
                .map(answer -> ClientMessages.epochEnd(known, (OffsetForLeaderEpochResponseData) answer))
                .recover(failure -> Future.failedFuture(told(failure, false)));
    }

    private Future<ApiMessage> send(int node, PeerLane lane, short version, ApiMessage request, long waitMs) {
        PeerAddress address = addresses.apply(node);
        return address == null
                ? Future.failedFuture(new MillraceException(
                        ErrorCode.LEADER_NOT_AVAILABLE, "The address of node " + node + " is not known yet"))
                : transport.send(address, lane, version, request, waitMs + answerTimeoutMs);
    }

    private static Throwable told(Throwable failure, boolean changes) {
        if (!(failure instanceof PeerException lost)) {
            return failure;
        }
        return changes && lost.wasSent()
                ? new OutcomeUnknownException(
                        new MillraceException(ErrorCode.REQUEST_TIMED_OUT, lost.getMessage(), lost))
                : new MillraceException(ErrorCode.LEADER_NOT_AVAILABLE, lost.getMessage(), lost);
    }
}
