package io.millrace.cluster.controller;

import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.controller.BrokerSessions;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.QuorumController;

/**
 * What nodes ask of the active controller, as a table: Kafka's message in, a call on the controller of this node, Kafka's message out. A
 * controller that is not active answers NOT_CONTROLLER.
 *
 * <p>Thread-safe, never blocks; answers come on the controller's thread.
 */
final class ControllerApis {

    /** How long the controller may work on a request before it gives up; the asking node waits a little longer. */
    static final long TIMEOUT_MS = 15_000;

    private final QuorumController controller;
    private final Map<ApiKeys, PeerApi> table = new EnumMap<>(ApiKeys.class);

    ControllerApis(QuorumController controller) {
        this.controller = controller;
        row(ApiKeys.BROKER_REGISTRATION, this::registerBroker);
        row(ApiKeys.BROKER_HEARTBEAT, this::heartbeat);
        row(ApiKeys.UNREGISTER_BROKER, this::unregisterBroker);
        row(ApiKeys.ALTER_PARTITION, controller::alterPartition);
        row(ApiKeys.ASSIGN_REPLICAS_TO_DIRS, controller::assignReplicasToDirs);
        row(ApiKeys.ALLOCATE_PRODUCER_IDS, controller::allocateProducerIds);
        row(ApiKeys.CREATE_TOPICS, this::createTopics);
        row(ApiKeys.DELETE_TOPICS, this::deleteTopics);
        row(ApiKeys.CREATE_PARTITIONS, this::createPartitions);
        row(ApiKeys.INCREMENTAL_ALTER_CONFIGS, this::alterConfigs);
        row(ApiKeys.ELECT_LEADERS, controller::electLeaders);
        row(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, controller::alterPartitionReassignments);
        row(ApiKeys.ALTER_CLIENT_QUOTAS, this::alterQuotas);
        row(ApiKeys.UPDATE_FEATURES, controller::updateFeatures);
        row(ApiKeys.LIST_PARTITION_REASSIGNMENTS, controller::listPartitionReassignments);
    }

    /** All rows, for the node-to-node listener. */
    List<PeerApi> all() {
        return List.copyOf(table.values());
    }

    /** Carries out a request on the controller of this node, as if it had come over the wire. */
    Future<ApiMessage> handle(short version, ApiMessage request) {
        PeerApi api = table.get(ApiKeys.forId(request.apiKey()));
        return api.handler().handle(version, request);
    }

    /** The version in which nodes ask: the newest, since all nodes of a cluster speak it. */
    static short version(ApiKeys apiKey) {
        return apiKey.latestVersion();
    }

    private <R extends ApiMessage> void row(ApiKeys apiKey, Call<R> call) {
        short version = version(apiKey);
        table.put(
                apiKey,
                new PeerApi(
                        apiKey,
                        apiKey.oldestVersion(),
                        version,
                        (asked, request) -> answer(call, context(apiKey, asked), request)));
    }

    @SuppressWarnings("unchecked") // The table maps a key to the call for that key's message.
    private static <R extends ApiMessage> Future<ApiMessage> answer(
            Call<R> call, ControllerRequestContext context, ApiMessage request) {
        try {
            return Future.fromCompletionStage(call.on(context, (R) request))
                    .map(answer -> (ApiMessage) answer)
                    .recover(failure -> Future.failedFuture(ControllerErrors.unwrap(failure)));
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static ControllerRequestContext context(ApiKeys apiKey, short version) {
        return new ControllerRequestContext(
                new RequestHeaderData().setRequestApiKey(apiKey.id).setRequestApiVersion(version),
                KafkaPrincipal.ANONYMOUS,
                OptionalLong.of(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS)));
    }

    @FunctionalInterface
    private interface Call<R extends ApiMessage> {
        CompletionStage<? extends ApiMessage> on(ControllerRequestContext context, R request);
    }

    /**
     * Whoever knows the last epoch has it from the data directory, and holds the lock of that directory: the process that had the epoch is
     * dead, and need not be waited for.
     */
    private CompletionStage<? extends ApiMessage> registerBroker(
            ControllerRequestContext context, BrokerRegistrationRequestData request) {
        BrokerSessions.end(controller, request.brokerId(), request.previousBrokerEpoch());
        return controller
                .registerBroker(context, request)
                .thenApply(reply -> new BrokerRegistrationResponseData().setBrokerEpoch(reply.epoch()));
    }

    private CompletionStage<? extends ApiMessage> heartbeat(
            ControllerRequestContext context, BrokerHeartbeatRequestData request) {
        return controller
                .processBrokerHeartbeat(context, request)
                .thenApply(reply -> new BrokerHeartbeatResponseData()
                        .setIsCaughtUp(reply.isCaughtUp())
                        .setIsFenced(reply.isFenced())
                        .setShouldShutDown(reply.shouldShutDown()));
    }

    private CompletionStage<? extends ApiMessage> unregisterBroker(
            ControllerRequestContext context, UnregisterBrokerRequestData request) {
        return controller
                .unregisterBroker(context, request.brokerId())
                .thenApply(done -> new UnregisterBrokerResponseData());
    }

    private CompletionStage<? extends ApiMessage> createTopics(
            ControllerRequestContext context, CreateTopicsRequestData request) {
        Set<String> describable = new HashSet<>();
        request.topics().forEach(topic -> describable.add(topic.name()));
        return controller.createTopics(context, request, describable, true);
    }

    private CompletionStage<? extends ApiMessage> deleteTopics(
            ControllerRequestContext context, DeleteTopicsRequestData request) {
        List<Uuid> ids = new ArrayList<>();
        request.topics().forEach(topic -> ids.add(topic.topicId()));
        return controller.deleteTopics(context, ids).thenApply(results -> {
            DeleteTopicsResponseData response = new DeleteTopicsResponseData();
            results.forEach((id, error) -> response.responses()
                    .add(new DeletableTopicResult()
                            .setTopicId(id)
                            .setErrorCode(error.error().code())
                            .setErrorMessage(error.message())));
            return response;
        });
    }

    private CompletionStage<? extends ApiMessage> createPartitions(
            ControllerRequestContext context, CreatePartitionsRequestData request) {
        return controller
                .createPartitions(context, new ArrayList<>(request.topics()), request.validateOnly())
                .thenApply(results -> new CreatePartitionsResponseData().setResults(results));
    }

    private CompletionStage<? extends ApiMessage> alterConfigs(
            ControllerRequestContext context, IncrementalAlterConfigsRequestData request) {
        Map<ConfigResource, Map<String, Map.Entry<AlterConfigOp.OpType, String>>> changes = new HashMap<>();
        request.resources().forEach(resource -> {
            Map<String, Map.Entry<AlterConfigOp.OpType, String>> ops = new HashMap<>();
            resource.configs().forEach(config -> {
                AlterConfigOp.OpType type = AlterConfigOp.OpType.forId(config.configOperation());
                String value = config.value() == null ? "" : config.value();
                ops.put(config.name(), Map.entry(type, value));
            });
            changes.put(
                    new ConfigResource(ConfigResource.Type.forId(resource.resourceType()), resource.resourceName()),
                    ops);
        });
        return controller
                .incrementalAlterConfigs(context, changes, request.validateOnly(), true)
                .thenApply(ControllerApis::configResults);
    }

    private CompletionStage<? extends ApiMessage> alterQuotas(
            ControllerRequestContext context, AlterClientQuotasRequestData request) {
        AlterClientQuotasRequest asked =
                new AlterClientQuotasRequest(request, context.requestHeader().requestApiVersion());
        return controller
                .alterClientQuotas(context, asked.entries(), request.validateOnly())
                .thenApply(results ->
                        AlterClientQuotasResponse.fromQuotaEntities(results, 0).data());
    }

    private static IncrementalAlterConfigsResponseData configResults(Map<ConfigResource, ApiError> results) {
        IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        results.forEach((resource, error) -> response.responses()
                .add(new AlterConfigsResourceResponse()
                        .setResourceType(resource.type().id())
                        .setResourceName(resource.name())
                        .setErrorCode(error.error().code())
                        .setErrorMessage(error.message())));
        return response;
    }
}
