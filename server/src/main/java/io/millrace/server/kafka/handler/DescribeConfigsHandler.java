package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsRequest;

/** Lists the settings of topics, of groups, of this broker and of its loggers, with the place that each value comes from. */
final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest> {

    private final Controller controller;
    private final TopicConfigEntries topicEntries;
    private final BrokerConfigEntries brokerEntries;
    private final GroupConfigEntries groupEntries;
    private final String nodeId;

    DescribeConfigsHandler(
            Controller controller, ClusterConfig config, ClientLimits limits, SingleGroupSettings groups) {
        this.controller = controller;
        this.groupEntries = new GroupConfigEntries(groups);
        this.topicEntries = new TopicConfigEntries(config.topicDefaults());
        this.brokerEntries = new BrokerConfigEntries(config, limits);
        this.nodeId = Integer.toString(config.nodeId());
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DescribeConfigsRequest> request) {
        List<DescribeConfigsResult> results = new ArrayList<>();
        for (DescribeConfigsResource resource : request.body().data().resources()) {
            DescribeConfigsResult row = new DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName())
                    // Some clients take anything but null for a failure.
                    .setErrorMessage(null);
            results.add(row);
            try {
                boolean synonyms = request.body().data().includeSynonyms();
                boolean documentation = request.body().data().includeDocumentation();
                for (ConfigEntry entry : entries(resource)) {
                    if (isAsked(resource, entry)) {
                        row.configs().add(result(entry, synonyms, documentation));
                    }
                }
            } catch (RuntimeException failure) {
                row.setErrorCode(KafkaErrors.of(failure).code()).setErrorMessage(KafkaErrors.message(failure));
            }
        }
        return Future.succeededFuture(ApiResponse.of(new DescribeConfigsResponseData().setResults(results)));
    }

    private List<ConfigEntry> entries(DescribeConfigsResource resource) {
        return switch (ConfigResource.Type.forId(resource.resourceType())) {
            case TOPIC -> topicEntries.of(new TopicLookup(controller.image()).byName(resource.resourceName()));
            case BROKER -> broker(resource.resourceName());
            case BROKER_LOGGER -> {
                requireThis(resource.resourceName());
                yield LoggerConfigEntries.all();
            }
            case GROUP -> groupEntries.of(resource.resourceName(), controller.image());
            default ->
                throw Errors.INVALID_REQUEST.exception("Settings of resource type " + resource.resourceType()
                        + " are not kept here; ask for topics (2), brokers (4), loggers (8) or groups (32).");
        };
    }

    private List<ConfigEntry> broker(String name) {
        if (name.isEmpty()) {
            return brokerEntries.ofAll(controller.image());
        }
        requireThis(name);
        return brokerEntries.ofThis(controller.image());
    }

    private void requireThis(String name) {
        if (!name.equals(nodeId)) {
            throw Errors.INVALID_REQUEST.exception(
                    "This is broker " + nodeId + "; ask broker '" + name + "' for its own settings.");
        }
    }

    private static boolean isAsked(DescribeConfigsResource resource, ConfigEntry entry) {
        List<String> keys = resource.configurationKeys();
        return keys == null || keys.isEmpty() || keys.contains(entry.name());
    }

    private static DescribeConfigsResourceResult result(ConfigEntry entry, boolean synonyms, boolean documentation) {
        DescribeConfigsResourceResult result = new DescribeConfigsResourceResult()
                .setName(entry.name())
                .setValue(entry.value())
                .setReadOnly(entry.readOnly())
                .setConfigSource(entry.source().id())
                .setConfigType(entry.type().id())
                .setDocumentation(documentation ? entry.documentation() : null);
        if (synonyms) {
            for (ConfigEntry.Synonym synonym : entry.synonyms()) {
                result.synonyms()
                        .add(new DescribeConfigsSynonym()
                                .setName(synonym.name())
                                .setValue(synonym.value())
                                .setSource(synonym.source().id()));
            }
        }
        return result;
    }
}
