package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/**
 * Tells clients which APIs they may use (KIP-35, KIP-511), and which features all nodes agreed to use (KIP-584): by {@code
 * transaction.version} 2 producers switch to an epoch for each transaction (KIP-890).
 */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequest> {

    /**
     * Versions 0 to 2 of Produce are advertised and not served, as Kafka itself does: older librdkafka looks for them before it
     * compresses at all (KAFKA-18659).
     */
    private static final short ADVERTISED_PRODUCE_MIN_VERSION = ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION;

    /** Features that change what clients do, and the highest level of each. */
    private static final Map<String, Short> FEATURES = Map.of("transaction.version", (short) 2);

    private final ApiHandlers handlers;
    private final Controller controller;

    ApiVersionsHandler(ApiHandlers handlers, Controller controller) {
        this.controller = controller;
        this.handlers = handlers;
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
        addFeatures(response);
        return Future.succeededFuture(ApiResponse.of(response));
    }

    private void addFeatures(ApiVersionsResponseData response) {
        ClusterImage image = controller.image();
        FEATURES.forEach((name, newest) -> {
            response.supportedFeatures()
                    .add(new SupportedFeatureKey()
                            .setName(name)
                            .setMinVersion((short) 0)
                            .setMaxVersion(newest));
            short level = (short) Math.min(image.feature(name), newest);
            if (level > 0) {
                response.finalizedFeatures()
                        .add(new FinalizedFeatureKey()
                                .setName(name)
                                .setMinVersionLevel(level)
                                .setMaxVersionLevel(level));
                response.setFinalizedFeaturesEpoch(Math.max(0, image.version()));
            }
        });
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
