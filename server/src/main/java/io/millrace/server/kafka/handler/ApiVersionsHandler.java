package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/** Tells clients which APIs they may use (KIP-35, KIP-511), and which features the cluster has ({@link FinalizedFeatures}). */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequest> {

    /**
     * Versions 0 to 2 of Produce are advertised and not served, as Kafka itself does: older librdkafka looks for them before it
     * compresses at all (KAFKA-18659).
     */
    private static final short ADVERTISED_PRODUCE_MIN_VERSION = ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION;

    private final ApiHandlers handlers;
    private final Controller controller;

    ApiVersionsHandler(ApiHandlers handlers, Controller controller) {
        this.handlers = handlers;
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ApiVersionsRequest> request) {
        ApiVersionsResponseData response = new ApiVersionsResponseData();
        if (!request.body().isValid()) {
            return Future.succeededFuture(ApiResponse.of(response.setErrorCode(Errors.INVALID_REQUEST.code())));
        }
        for (ApiHandler<?> handler : handlers.all()) {
            response.apiKeys().add(range(handler));
        }
        FinalizedFeatures.tell(response, controller.image(), request.version());
        return Future.succeededFuture(ApiResponse.of(response));
    }

    /**
     * The answer to a version that is not served, to be written as version 0: the client reads the range in it and asks again.
     */
    public static ApiVersionsResponseData unsupportedVersion(ApiHandler<?> handler) {
        ApiVersionsResponseData response =
                new ApiVersionsResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        response.apiKeys().add(range(handler));
        return response;
    }

    private static ApiVersion range(ApiHandler<?> handler) {
        short min = handler.apiKey() == ApiKeys.PRODUCE ? ADVERTISED_PRODUCE_MIN_VERSION : handler.minVersion();
        return new ApiVersion()
                .setApiKey(handler.apiKey().id)
                .setMinVersion(min)
                .setMaxVersion(handler.maxVersion());
    }
}
