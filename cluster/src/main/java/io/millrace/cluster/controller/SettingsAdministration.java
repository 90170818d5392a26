package io.millrace.cluster.controller;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.metadata.FeatureChange;
import io.millrace.cluster.metadata.QuotaChange;
import io.millrace.cluster.metadata.QuotaEntity;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;

/** The part of {@link ClusterAdministration} about settings of nodes and groups, quotas and features. */
final class SettingsAdministration {

    private final ActiveController active;
    private final ClusterController controller;

    SettingsAdministration(ActiveController active, ClusterController controller) {
        this.active = active;
        this.controller = controller;
    }

    Future<Void> alterSettings(OptionalInt node, Map<String, String> changes, boolean validateOnly) {
        return ClusterController.answer(() -> {
            if (node.isPresent() && !controller.image().brokers().containsKey(node.getAsInt())) {
                throw new MillraceException(
                        ErrorCode.BROKER_ID_NOT_REGISTERED, "There is no node " + node.getAsInt() + " in this cluster");
            }
            ClusterSettingNames.validate(node.isPresent(), changes);
            if (changes.isEmpty()) {
                return Future.succeededFuture();
            }
            String name = node.isPresent() ? String.valueOf(node.getAsInt()) : "";
            return alter(
                    AdminRequests.settings(name, changes, validateOnly),
                    image -> shows(settings(image, node), changes),
                    validateOnly);
        });
    }

    private Future<Void> alter(
            IncrementalAlterConfigsRequestData request, Predicate<ClusterImage> isShown, boolean validateOnly) {
        return active.send(request, IncrementalAlterConfigsResponseData.class, ControllerApis.TIMEOUT_MS)
                .compose(answer -> {
                    TopicRequests.configAltered(answer);
                    return validateOnly ? Future.succeededFuture() : controller.follows(isShown);
                });
    }

    Future<Void> alterGroupSettings(String groupId, Map<String, String> changes, boolean validateOnly) {
        return ClusterController.answer(() -> {
            requirePlace(groupId);
            if (changes.isEmpty()) {
                return Future.succeededFuture();
            }
            return alter(
                    AdminRequests.settings(ConfigResource.Type.GROUP, groupId, changes, validateOnly),
                    image -> shows(image.committed().ofGroups().getOrDefault(groupId, Map.of()), changes),
                    validateOnly);
        });
    }

    private void requirePlace(String groupId) {
        if (groupId.isEmpty()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "A group needs an id: what holds for all groups stands in the configuration of the nodes");
        }
        if (groupId.length() > SingleGroupSettings.GROUP_ID_LENGTH_MAX) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "A group with settings of its own has an id of at most " + SingleGroupSettings.GROUP_ID_LENGTH_MAX
                            + " characters, this one has " + groupId.length());
        }
        Map<String, Map<String, String>> ofGroups =
                controller.image().committed().ofGroups();
        if (ofGroups.size() >= SingleGroupSettings.GROUPS_MAX && !ofGroups.containsKey(groupId)) {
            throw new MillraceException(
                    ErrorCode.INVALID_CONFIG,
                    "Already " + ofGroups.size()
                            + " groups have settings of their own: take those of others away first");
        }
    }

    private static Map<String, String> settings(ClusterImage image, OptionalInt node) {
        return node.isPresent()
                ? image.committed().ofNodes().getOrDefault(node.getAsInt(), Map.of())
                : image.settings();
    }

    private static boolean shows(Map<String, String> settings, Map<String, String> changes) {
        return changes.entrySet().stream()
                .allMatch(change -> change.getValue() == null
                        ? !settings.containsKey(change.getKey())
                        : change.getValue().equals(settings.get(change.getKey())));
    }

    Future<Map<QuotaEntity, Optional<MillraceException>>> alterQuotas(List<QuotaChange> changes, boolean validateOnly) {
        if (changes.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return ClusterController.answer(() -> active.send(
                        SettingsRequests.quotas(changes, validateOnly),
                        AlterClientQuotasResponseData.class,
                        ControllerApis.TIMEOUT_MS)
                .map(SettingsRequests::quotaOutcomes)
                .compose(outcomes -> validateOnly
                        ? Future.succeededFuture(outcomes)
                        : controller
                                .follows(image -> changes.stream()
                                        .filter(change -> outcomes.getOrDefault(change.entity(), Optional.empty())
                                                .isEmpty())
                                        .allMatch(change -> shows(image, change)))
                                .map(outcomes)));
    }

    private static boolean shows(ClusterImage image, QuotaChange change) {
        Map<String, Double> now = image.committed().quotas().getOrDefault(change.entity(), Map.of());
        return change.values().entrySet().stream().allMatch(value -> {
            OptionalDouble wanted = value.getValue();
            Double present = now.get(value.getKey());
            return wanted.isPresent() ? present != null && present == wanted.getAsDouble() : present == null;
        });
    }

    Future<Void> updateFeatures(List<FeatureChange> changes, boolean validateOnly) {
        return ClusterController.answer(() -> active.send(
                        SettingsRequests.features(changes, validateOnly),
                        UpdateFeaturesResponseData.class,
                        ControllerApis.TIMEOUT_MS)
                .compose(answer -> {
                    SettingsRequests.featuresUpdated(answer);
                    return validateOnly
                            ? Future.succeededFuture()
                            : controller.follows(image -> changes.stream().allMatch(change -> shows(image, change)));
                }));
    }

    private static boolean shows(ClusterImage image, FeatureChange change) {
        return image.committed().features().getOrDefault(change.feature(), (short) 0) == change.level();
    }
}
