package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.FeatureChange;
import io.millrace.cluster.metadata.FeatureChange.Direction;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.apache.kafka.common.requests.UpdateFeaturesRequest.FeatureUpdateItem;

/** Changes the levels of the cluster's features, all or none (KIP-584). The controller knows which levels all nodes support. */
final class UpdateFeaturesHandler implements ApiHandler<UpdateFeaturesRequest> {

    /** The last version that has a row for each feature. */
    private static final short ROWS_VERSION = 1;

    private final ClusterAdmin admin;

    UpdateFeaturesHandler(ClusterAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.UPDATE_FEATURES;
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
    public Future<ApiResponse> handle(ApiRequest<UpdateFeaturesRequest> request) {
        UpdateFeaturesResponseData response = new UpdateFeaturesResponseData().setErrorMessage(null);
        List<FeatureChange> changes = request.body().featureUpdates().stream()
                .map(UpdateFeaturesHandler::change)
                .toList();
        if (changes.isEmpty()) {
            throw Errors.INVALID_REQUEST.exception("No feature is named.");
        }
        return admin.updateFeatures(changes, request.body().data().validateOnly())
                .map(done -> {
                    if (request.version() <= ROWS_VERSION) {
                        changes.forEach(change -> response.results()
                                .add(new UpdatableFeatureResult()
                                        .setFeature(change.feature())
                                        .setErrorMessage(null)));
                    }
                    return (ApiResponse) ApiResponse.of(response);
                })
                .otherwise(failure -> ApiResponse.of(
                        response.setErrorCode(KafkaErrors.of(failure).code())
                                .setErrorMessage(KafkaErrors.message(failure))));
    }

    private static FeatureChange change(FeatureUpdateItem item) {
        return new FeatureChange(
                item.feature(), (short) Math.max(0, item.versionLevel()), direction(item.upgradeType()));
    }

    private static Direction direction(UpgradeType type) {
        return switch (type) {
            case UPGRADE -> Direction.UPGRADE;
            case SAFE_DOWNGRADE -> Direction.SAFE_DOWNGRADE;
            case UNSAFE_DOWNGRADE -> Direction.UNSAFE_DOWNGRADE;
            case UNKNOWN -> throw Errors.INVALID_REQUEST.exception("There is no such type of upgrade.");
        };
    }
}
