package io.millrace.server.kafka.handler;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterConfigsRequest;

/**
 * Replaces all settings of resources (KIP-133), which is what older clients have: what a request does not name goes back to its default.
 * One row per resource, each changed whole or not at all.
 */
final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequest> {

    private final ConfigAlterations alterations;

    AlterConfigsHandler(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<AlterConfigsRequest> request) {
        AlterConfigsRequestData body = request.body().data();
        List<Future<AlterConfigsResourceResponse>> results = new ArrayList<>();
        for (AlterConfigsResource resource : body.resources()) {
            results.add(replace(resource, body.validateOnly())
                    .map(row(resource))
                    .otherwise(failure -> row(resource)
                            .setErrorCode(KafkaErrors.of(failure).code())
                            .setErrorMessage(KafkaErrors.message(failure))));
        }
        return Future.join(results).map(all -> ApiResponse.of(new AlterConfigsResponseData().setResponses(all.list())));
    }

    private static AlterConfigsResourceResponse row(AlterConfigsResource resource) {
        return new AlterConfigsResourceResponse()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName())
                .setErrorMessage(null);
    }

    private Future<Void> replace(AlterConfigsResource resource, boolean validateOnly) {
        try {
            Map<String, String> values = new HashMap<>();
            for (AlterableConfig config : resource.configs()) {
                if (config.value() == null) {
                    throw Errors.INVALID_CONFIG.exception(
                            "'" + config.name() + "' has no value: leave it out to get the default.");
                }
                values.put(config.name(), config.value());
            }
            return alterations.replace(resource.resourceType(), resource.resourceName(), values, validateOnly);
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }
}
