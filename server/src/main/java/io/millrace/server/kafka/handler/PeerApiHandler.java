package io.millrace.server.kafka.handler;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;

/** A row of the table for other nodes, as the machinery of the listeners calls it. */
final class PeerApiHandler implements ApiHandler<AbstractRequest> {

    private final PeerApi api;

    PeerApiHandler(PeerApi api) {
        this.api = api;
    }

    @Override
    public ApiKeys apiKey() {
        return api.apiKey();
    }

    @Override
    public short minVersion() {
        return api.minVersion();
    }

    @Override
    public short maxVersion() {
        return api.maxVersion();
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<AbstractRequest> request) {
        // The quorum and the controller answer on threads of their own; the connection wants its event loop.
        Promise<ApiMessage> answer = CallerContext.promise();
        api.handler().handle(request.version(), request.body().data()).onComplete(answer);
        return answer.future().map(ApiResponse::of);
    }
}
