package io.millrace.cluster.coordinator;

import io.millrace.cluster.controller.MetadataFollower;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.share.ShareGroupOptions;
import io.millrace.cluster.share.ShareGroupsConfig;
import io.millrace.cluster.share.ShareLimits;
import io.millrace.cluster.share.ShareStart;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** What is set for a share group: by the committed settings of that group, else by the configuration of this node. Thread-safe. */
public final class ShareOptions implements MetadataFollower, Function<String, ShareGroupOptions> {

    private final ShareGroupsConfig config;
    private volatile MetadataImage image = MetadataImage.EMPTY;

    public ShareOptions(ShareGroupsConfig config) {
        this.config = config;
    }

    @Override
    public void onMetadata(ClusterImage next, MetadataDelta delta, MetadataImage kafkaImage) {
        image = kafkaImage;
    }

    @Override
    public ShareGroupOptions apply(String groupId) {
        Map<String, String> own =
                image.configs().configMapForResource(new ConfigResource(ConfigResource.Type.GROUP, groupId));
        return new ShareGroupOptions(
                new ShareLimits(
                        number(own, GroupConfig.SHARE_RECORD_LOCK_DURATION_MS_CONFIG, config.recordLockDurationMs()),
                        number(own, GroupConfig.SHARE_DELIVERY_COUNT_LIMIT_CONFIG, config.deliveryCountLimit()),
                        number(
                                own,
                                GroupConfig.SHARE_PARTITION_MAX_RECORD_LOCKS_CONFIG,
                                config.partitionMaxRecordLocks())),
                start(own.getOrDefault(GroupConfig.SHARE_AUTO_OFFSET_RESET_CONFIG, config.autoOffsetReset())),
                "read_committed"
                                .equalsIgnoreCase(own.getOrDefault(
                                        GroupConfig.SHARE_ISOLATION_LEVEL_CONFIG, config.isolationLevel()))
                        ? Isolation.READ_COMMITTED
                        : Isolation.READ_UNCOMMITTED);
    }

    /** Whoever set it has checked it; what cannot be read nevertheless is as if it was not set. */
    private static int number(Map<String, String> own, String name, int standard) {
        try {
            return own.containsKey(name) ? Integer.parseInt(own.get(name).trim()) : standard;
        } catch (NumberFormatException e) {
            return standard;
        }
    }

    private ShareStart start(String text) {
        return ShareStart.parse(ShareStart.isValid(text) ? text : config.autoOffsetReset());
    }
}
