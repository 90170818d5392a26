package io.millrace.server.kafka.handler;

import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.group.ShareStateCoordinator;
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
 * Says which node coordinates a group, a transactional id, or keeps the state of a share-partition; each kind of key has its {@link
 * CoordinatorFinder}.
 */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest> {

    private final Map<Byte, CoordinatorFinder> finders;

    FindCoordinatorHandler(
            Controller controller,
            GroupCoordinator groups,
            TransactionCoordinator transactions,
            ShareStateCoordinator shares) {
        this.finders = Map.of(
                CoordinatorType.GROUP.id(),
                groups::coordinatorOf,
                CoordinatorType.TRANSACTION.id(),
                key -> transactions.find(key).map(node -> registered(controller, node)),
                CoordinatorType.SHARE.id(),
                shares::coordinatorOf);
    }

    private static BrokerMetadata registered(Controller controller, int nodeId) {
        BrokerMetadata broker = controller.image().brokers().get(nodeId);
        if (broker == null || broker.host() == null) {
            throw Errors.COORDINATOR_NOT_AVAILABLE.exception("Node " + nodeId + " is not registered at the moment.");
        }
        return broker;
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
        if (request.version() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            return find(data.keyType(), data.key()).map(row -> ApiResponse.of(single(row)));
        }
        List<Future<Coordinator>> rows = new ArrayList<>();
        data.coordinatorKeys().forEach(key -> rows.add(find(data.keyType(), key)));
        return Future.join(rows)
                .map(all -> ApiResponse.of(new FindCoordinatorResponseData().setCoordinators(all.<Coordinator>list())));
    }

    private Future<Coordinator> find(byte keyType, String key) {
        CoordinatorFinder finder = finders.getOrDefault(
                keyType,
                unknown -> Future.failedFuture(Errors.INVALID_REQUEST.exception(
                        "Coordinator types are 0 (group), 1 (transaction) and 2 (share).")));
        return finder.find(key)
                .map(node -> found(key, node))
                .otherwise(failure -> row(key, Node.noNode())
                        .setErrorCode(KafkaErrors.of(failure).code())
                        .setErrorMessage(KafkaErrors.message(failure)));
    }

    private static Coordinator found(String key, BrokerMetadata node) {
        return row(key, new Node(node.nodeId(), node.host(), node.port())).setErrorMessage(Errors.NONE.message());
    }

    private static Coordinator row(String key, Node node) {
        return new Coordinator()
                .setKey(key)
                .setNodeId(node.id())
                .setHost(node.host())
                .setPort(node.port());
    }

    private static FindCoordinatorResponseData single(Coordinator row) {
        return new FindCoordinatorResponseData()
                .setErrorCode(row.errorCode())
                .setErrorMessage(row.errorMessage())
                .setNodeId(row.nodeId())
                .setHost(row.host())
                .setPort(row.port());
    }
}
