package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/**
 * Says which node coordinates a transactional id or a group. Groups have none: the retriable COORDINATOR_NOT_AVAILABLE says that this node
 * has no group coordinator.
 */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest> {

    private static final String NO_GROUPS = "This server does not coordinate consumer groups:"
            + " assign partitions to the consumer (assign) instead of subscribing with a group.";

    /** How the node is found that coordinates a key. */
    @FunctionalInterface
    interface Lookup {
        Future<Integer> nodeOf(String key);
    }

    private final Controller controller;
    private final Map<Byte, Lookup> lookups;

    FindCoordinatorHandler(Controller controller, TransactionCoordinator transactions) {
        this.controller = controller;
        this.lookups = Map.of(
                CoordinatorType.GROUP.id(), FindCoordinatorHandler::noGroups,
                CoordinatorType.SHARE.id(), FindCoordinatorHandler::noGroups,
                CoordinatorType.TRANSACTION.id(), transactions::find);
    }

    private static Future<Integer> noGroups(String key) {
        return Future.failedFuture(Errors.COORDINATOR_NOT_AVAILABLE.exception(NO_GROUPS));
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 6;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<FindCoordinatorRequest> request) {
        FindCoordinatorRequestData data = request.body().data();
        boolean batched = request.version() >= FindCoordinatorRequest.MIN_BATCHED_VERSION;
        List<String> keys = batched ? data.coordinatorKeys() : List.of(data.key());
        List<Future<Coordinator>> rows = new ArrayList<>();
        for (String key : keys) {
            rows.add(find(data.keyType(), key));
        }
        return Future.join(rows).map(done -> ApiResponse.of(answer(rows, batched)));
    }

    private Future<Coordinator> find(byte keyType, String key) {
        Lookup lookup = lookups.get(keyType);
        Future<Integer> found = lookup == null
                ? Future.failedFuture(Errors.INVALID_REQUEST.exception(
                        "Coordinator types are 0 (group), 1 (transaction) and 2 (share)."))
                : lookup.nodeOf(key);
        return found.transform(
                done -> Future.succeededFuture(done.succeeded() ? row(key, done.result()) : failed(key, done.cause())));
    }

    private Coordinator row(String key, int nodeId) {
        BrokerMetadata broker = controller.image().brokers().get(nodeId);
        if (broker == null || broker.host() == null) {
            return failed(
                    key,
                    Errors.COORDINATOR_NOT_AVAILABLE.exception("Node " + nodeId + " is not registered at the moment."));
        }
        return new Coordinator()
                .setKey(key)
                .setNodeId(nodeId)
                .setHost(broker.host())
                .setPort(broker.port());
    }

    private static Coordinator failed(String key, Throwable failure) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(KafkaErrors.of(failure).code())
                .setErrorMessage(KafkaErrors.message(failure))
                .setNodeId(Node.noNode().id())
                .setHost(Node.noNode().host())
                .setPort(Node.noNode().port());
    }

    private static FindCoordinatorResponseData answer(List<Future<Coordinator>> rows, boolean batched) {
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (batched) {
            return response.setCoordinators(rows.stream().map(Future::result).toList());
        }
        Coordinator row = rows.get(0).result();
        return response.setErrorCode(row.errorCode())
                .setErrorMessage(row.errorMessage())
                .setNodeId(row.nodeId())
                .setHost(row.host())
                .setPort(row.port());
    }
}
