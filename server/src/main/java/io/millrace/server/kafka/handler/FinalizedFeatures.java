package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterImage;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The features that clients are told of (KIP-584). The metadata log has a level for each one that Kafka's controller knows; a client is
 * told only of those that this server has: by {@code transaction.version} 2, for example, it speaks another protocol (KIP-890).
 */
final class FinalizedFeatures {

    /** What this server has of what a feature stands for. Whoever adds such a thing adds its feature here. */
    private static final Set<String> SERVED = Set.of(
            MetadataVersion.FEATURE_NAME,
            Feature.ELIGIBLE_LEADER_REPLICAS_VERSION.featureName(),
            Feature.TRANSACTION_VERSION.featureName(),
            Feature.GROUP_VERSION.featureName(),
            Feature.STREAMS_VERSION.featureName(),
            Feature.SHARE_VERSION.featureName());

    /** The first version whose clients understand that a feature may be at level 0. */
    private static final short LEVEL_0_VERSION = 4;

    private FinalizedFeatures() {}

    /** Tells of the features that the cluster has by an image, and of those that it could have. */
    static void tell(ApiVersionsResponseData response, ClusterImage image, short version) {
        supported().forEach((name, range) -> {
            if (range.min() > 0 || version >= LEVEL_0_VERSION) {
                response.supportedFeatures()
                        .add(new SupportedFeatureKey()
                                .setName(name)
                                .setMinVersion(range.min())
                                .setMaxVersion(range.max()));
            }
        });
        if (image.version() < 0) {
            return;
        }
        response.setFinalizedFeaturesEpoch(image.version());
        image.committed().features().forEach((name, level) -> {
            if (SERVED.contains(name) && level > 0) {
                response.finalizedFeatures()
                        .add(new FinalizedFeatureKey()
                                .setName(name)
                                .setMinVersionLevel(level)
                                .setMaxVersionLevel(level));
            }
        });
    }

    private static Map<String, SupportedVersionRange> supported() {
        Map<String, SupportedVersionRange> supported = new TreeMap<>();
        supported.put(
                MetadataVersion.FEATURE_NAME,
                new SupportedVersionRange(
                        MetadataVersion.MINIMUM_VERSION.featureLevel(),
                        MetadataVersion.latestProduction().featureLevel()));
        for (Feature feature : Feature.PRODUCTION_FEATURES) {
            if (SERVED.contains(feature.featureName())) {
                supported.put(
                        feature.featureName(),
                        new SupportedVersionRange(feature.minimumProduction(), feature.latestProduction()));
            }
        }
        return supported;
    }
}
