package io.millrace.server.kafka.handler;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;

/** Changes single settings of resources (KIP-339); one row per resource, each changed whole or not at all. */
final class IncrementalAlterConfigsHandler implements ApiHandler<IncrementalAlterConfigsRequest> {

    private final ConfigAlterations alterations;

    IncrementalAlterConfigsHandler(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<IncrementalAlterConfigsRequest> request) {
        IncrementalAlterConfigsRequestData body = request.body().data();
        List<Future<AlterConfigsResourceResponse>> results = new ArrayList<>();
        for (AlterConfigsResource resource : body.resources()) {
            results.add(alter(resource, body.validateOnly())
                    .map(row(resource))
                    .otherwise(failure -> row(resource)
                            .setErrorCode(KafkaErrors.of(failure).code())
                            .setErrorMessage(KafkaErrors.message(failure))));
        }
        return Future.join(results)
                .map(all -> ApiResponse.of(new IncrementalAlterConfigsResponseData().setResponses(all.list())));
    }

    private static AlterConfigsResourceResponse row(AlterConfigsResource resource) {
        return new AlterConfigsResourceResponse()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName())
                .setErrorMessage(null);
    }

    private Future<Void> alter(AlterConfigsResource resource, boolean validateOnly) {
        try {
            Map<String, ConfigChange> byName = new HashMap<>();
            for (AlterableConfig change : resource.configs()) {
                if (byName.put(change.name(), ConfigChange.of(change)) != null) {
                    throw Errors.INVALID_REQUEST.exception("'" + change.name() + "' is named twice in this request.");
                }
            }
            return alterations.change(resource.resourceType(), resource.resourceName(), byName.values(), validateOnly);
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }
}
