package io.millrace.server.kafka.handler;

import io.millrace.cluster.quorum.Quorum;
import io.vertx.core.Future;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Fetch between nodes means three things: the log of the metadata quorum, which has a topic id of its own; replicas, which say who they
 * are; and records for the clients of another node.
 */
final class PeerFetchHandler implements ApiHandler<FetchRequest> {

    private final Optional<PeerApiHandler> metadata;
    private final ReplicaFetchHandler replicas;
    private final FetchHandler consumers;

    /** @param metadata empty for a node that has no part in a quorum */
    PeerFetchHandler(Optional<PeerApiHandler> metadata, ReplicaFetchHandler replicas, FetchHandler consumers) {
        this.metadata = metadata;
        this.replicas = replicas;
        this.consumers = consumers;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    @Override
    public short minVersion() {
        return metadata.isEmpty()
                ? replicas.minVersion()
                : (short) Math.max(metadata.get().minVersion(), replicas.minVersion());
    }

    @Override
    public short maxVersion() {
        return metadata.isEmpty()
                ? replicas.maxVersion()
                : (short) Math.min(metadata.get().maxVersion(), replicas.maxVersion());
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<FetchRequest> request) {
        FetchRequest body = request.body();
        if (metadata.isPresent() && Quorum.isMetadataFetch(body.data())) {
            return metadata.get().handle(new ApiRequest<>(request.header(), body, request.client(), request.end()));
        }
        return body.isFromFollower() ? replicas.handle(request) : consumers.handle(request);
    }
}
