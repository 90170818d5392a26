package io.millrace.server.kafka.handler;

import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/**
 * Says which node coordinates a group or a transactional id: none, as this node has no coordinators. A group gets the retriable
 * COORDINATOR_NOT_AVAILABLE; a transactional id gets an error that makes a transactional producer fail at once and say why,
 * instead of asking until its timeout.
 */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest> {

    private static final String NO_GROUPS = "This server does not coordinate consumer groups:"
            + " assign partitions to the consumer (assign) instead of subscribing with a group.";
    static final String NO_TRANSACTIONS =
            "This server does not support transactions: remove transactional.id from the producer's configuration.";

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
        Errors error = error(data.keyType());
        String message = message(error);
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (request.version() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            response.setErrorCode(error.code())
                    .setErrorMessage(message)
                    .setNodeId(Node.noNode().id())
                    .setHost(Node.noNode().host())
                    .setPort(Node.noNode().port());
        } else {
            List<Coordinator> rows = data.coordinatorKeys().stream()
                    .map(key -> new Coordinator()
                            .setKey(key)
                            .setErrorCode(error.code())
                            .setErrorMessage(message)
                            .setNodeId(Node.noNode().id())
                            .setHost(Node.noNode().host())
                            .setPort(Node.noNode().port()))
                    .toList();
            response.setCoordinators(rows);
        }
        return Future.succeededFuture(ApiResponse.of(response));
    }

    private static Errors error(byte keyType) {
        if (keyType == CoordinatorType.GROUP.id() || keyType == CoordinatorType.SHARE.id()) {
            return Errors.COORDINATOR_NOT_AVAILABLE;
        }
        return keyType == CoordinatorType.TRANSACTION.id() ? Errors.UNSUPPORTED_VERSION : Errors.INVALID_REQUEST;
    }

    private static String message(Errors error) {
        return switch (error) {
            case COORDINATOR_NOT_AVAILABLE -> NO_GROUPS;
            case UNSUPPORTED_VERSION -> NO_TRANSACTIONS;
            default -> "Coordinator types are 0 (group), 1 (transaction) and 2 (share).";
        };
    }
}
