package io.millrace.server.kafka.handler;

import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.quorum.Quorum;
import io.vertx.core.Future;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FetchRequest;

/** Fetch between nodes means two things: the log of the metadata quorum, which has a topic id of its own, and replicas. */
final class PeerFetchHandler implements ApiHandler<FetchRequest> {

    private final PeerApiHandler metadata;
    private final ReplicaFetchHandler replicas;

    PeerFetchHandler(PeerApi metadata, ReplicaFetchHandler replicas) {
        this.metadata = new PeerApiHandler(metadata);
        this.replicas = replicas;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    @Override
    public short minVersion() {
        return (short) Math.max(metadata.minVersion(), replicas.minVersion());
    }

    @Override
    public short maxVersion() {
        return (short) Math.min(metadata.maxVersion(), replicas.maxVersion());
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<FetchRequest> request) {
        if (Quorum.isMetadataFetch(request.body().data())) {
            return metadata.handle(new ApiRequest<AbstractRequest>(request.header(), request.body()));
        }
        return replicas.handle(request);
    }
}
