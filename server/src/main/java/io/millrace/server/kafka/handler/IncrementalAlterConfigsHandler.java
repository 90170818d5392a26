package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;

/** Changes settings of topics, and those of the whole cluster (KIP-339); one row per resource, each changed whole or not at all. */
final class IncrementalAlterConfigsHandler implements ApiHandler<IncrementalAlterConfigsRequest> {

    private final Controller controller;
    private final TopicConfigChanges topicChanges;
    private final ClusterConfigChanges clusterChanges;

    IncrementalAlterConfigsHandler(Controller controller, ClusterAdmin admin, ClusterConfig config) {
        this.controller = controller;
        this.topicChanges = new TopicConfigChanges(new TopicConfigEntries(config.topicDefaults()));
        this.clusterChanges = new ClusterConfigChanges(admin);
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
            Map<String, AlterableConfig> byName = new HashMap<>();
            for (AlterableConfig change : resource.configs()) {
                if (byName.put(change.name(), change) != null) {
                    throw Errors.INVALID_REQUEST.exception("'" + change.name() + "' is named twice in this request.");
                }
            }
            ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
            if (type == ConfigResource.Type.TOPIC) {
                var topic = new TopicLookup(controller.image()).byName(resource.resourceName());
                return controller
                        .alterTopicConfig(topic.name(), topicChanges.of(topic, byName.values()), validateOnly)
                        .mapEmpty();
            }
            if (type == ConfigResource.Type.BROKER && resource.resourceName().isEmpty()) {
                return clusterChanges.apply(byName.values(), validateOnly);
            }
            throw Errors.INVALID_REQUEST.exception("Settings of one node are in its configuration file, and those of"
                    + " clients and groups are not kept here: topics (2) and all brokers (4, with an empty name) can be"
                    + " changed.");
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }
}
