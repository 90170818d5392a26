package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.CommittedSettings;
import io.millrace.cluster.metadata.QuotaEntity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** The part of {@link ImageTranslation} about settings of nodes and groups, quotas and features. */
final class CommittedTranslation {

    private CommittedTranslation() {}

    /** What a delta does not touch is not looked at: most changes are about partitions. */
    static CommittedSettings of(ClusterImage previous, MetadataDelta delta, MetadataImage image) {
        boolean first = previous.version() < 0;
        if (!first
                && delta.configsDelta() == null
                && delta.clientQuotasDelta() == null
                && delta.featuresDelta() == null) {
            return previous.committed();
        }
        return new CommittedSettings(
                first || delta.configsDelta() != null
                        ? ofNodes(image)
                        : previous.committed().ofNodes(),
                first || changesGroups(delta)
                        ? ofGroups(image)
                        : previous.committed().ofGroups(),
                quotas(image),
                features(image));
    }

    private static Map<Integer, Map<String, String>> ofNodes(MetadataImage image) {
        Map<Integer, Map<String, String>> ofNodes = new HashMap<>();
        image.configs().resourceData().forEach((resource, config) -> {
            if (resource.type() == ConfigResource.Type.BROKER && !resource.isDefault()) {
                ofNodes.put(Integer.parseInt(resource.name()), Map.copyOf(config.data()));
            }
        });
        return ofNodes;
    }

    private static boolean changesGroups(MetadataDelta delta) {
        return delta.configsDelta() != null
                && delta.configsDelta().changes().keySet().stream()
                        .anyMatch(resource -> resource.type() == ConfigResource.Type.GROUP);
    }

    private static Map<String, Map<String, String>> ofGroups(MetadataImage image) {
        Map<String, Map<String, String>> ofGroups = new HashMap<>();
        image.configs().resourceData().forEach((resource, config) -> {
            if (resource.type() == ConfigResource.Type.GROUP && !config.isEmpty()) {
                ofGroups.put(resource.name(), Map.copyOf(config.data()));
            }
        });
        return ofGroups;
    }

    private static Map<QuotaEntity, Map<String, Double>> quotas(MetadataImage image) {
        Map<QuotaEntity, Map<String, Double>> quotas = new HashMap<>();
        image.clientQuotas()
                .entities()
                .forEach((entity, values) -> quotas.put(entity(entity), Map.copyOf(values.quotas())));
        return quotas;
    }

    private static QuotaEntity entity(ClientQuotaEntity entity) {
        Map<String, Optional<String>> parts = new HashMap<>();
        entity.entries().forEach((kind, name) -> parts.put(kind, Optional.ofNullable(name)));
        return new QuotaEntity(parts);
    }

    /** With the version of the metadata, which Kafka keeps apart. */
    private static Map<String, Short> features(MetadataImage image) {
        Map<String, Short> features = new HashMap<>(image.features().finalizedVersions());
        image.features()
                .metadataVersion()
                .ifPresent(version -> features.put("metadata.version", version.featureLevel()));
        return features;
    }
}
