package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterAdmin;
import io.vertx.core.Future;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;

/** Forgets a node that is gone for good (KIP-631). A node that is alive is refused. */
final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequest> {

    private final ClusterAdmin admin;

    UnregisterBrokerHandler(ClusterAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<UnregisterBrokerRequest> request) {
        return admin.unregister(request.body().data().brokerId())
                .map(ApiResponse.of(new UnregisterBrokerResponseData().setErrorMessage(null)));
    }
}
