package io.millrace.cluster.peer;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaTransport;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.apache.kafka.common.message.FetchResponseData;

/** Replication over the node-to-node listeners, as Kafka's Fetch by topic id (KIP-516, KIP-903). */
public final class PeerReplicaTransport implements ReplicaTransport {

    private final PeerTransport transport;
    private final IntFunction<PeerAddress> addresses;
    private final long answerTimeoutMs;

    /**
     * @param addresses the node-to-node listener of a node id, null when it is not known; called for each request, on any thread
     * @param answerTimeoutMs how long an answer may take beyond the wait that the request asks for
     */
    public PeerReplicaTransport(PeerTransport transport, IntFunction<PeerAddress> addresses, long answerTimeoutMs) {
        this.transport = transport;
        this.addresses = addresses;
        this.answerTimeoutMs = answerTimeoutMs;
    }

    @Override
    public Future<ReplicaFetchResponse<ByteBuffer>> fetch(int leaderNodeId, int lane, ReplicaFetchRequest request) {
        PeerAddress leader = addresses.apply(leaderNodeId);
        if (leader == null) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.LEADER_NOT_AVAILABLE, "The address of node " + leaderNodeId + " is not known yet."));
        }
        return transport
                .send(
                        leader,
                        PeerLane.replication(lane),
                        ReplicaFetchMessages.VERSION,
                        ReplicaFetchMessages.request(request),
                        request.maxWaitMs() + answerTimeoutMs)
                .map(answer -> ReplicaFetchMessages.response((FetchResponseData) answer));
    }
}
