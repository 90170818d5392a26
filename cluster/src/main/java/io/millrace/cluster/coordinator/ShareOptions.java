package io.millrace.cluster.coordinator;

import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.share.ShareGroupOptions;
import io.millrace.cluster.share.ShareGroupsConfig;
import io.millrace.cluster.share.ShareLimits;
import io.millrace.cluster.share.ShareStart;
import java.util.function.Function;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.coordinator.group.GroupConfig;

/** What is set for a share group: by the committed settings of that group, else by the configuration of this node. Thread-safe. */
public final class ShareOptions implements Function<String, ShareGroupOptions> {

    private final GroupOverrides overrides;
    private final ShareGroupOptions standard;

    /** @param config what holds for a group that has set nothing */
    public ShareOptions(ShareGroupsConfig config, GroupOverrides overrides) {
        this.overrides = overrides;
        this.standard = new ShareGroupOptions(
                new ShareLimits(
                        config.recordLockDurationMs(), config.deliveryCountLimit(), config.partitionMaxRecordLocks()),
                ShareStart.parse(config.autoOffsetReset()),
                config.isolationLevel().equalsIgnoreCase(IsolationLevel.READ_COMMITTED.toString())
                        ? Isolation.READ_COMMITTED
                        : Isolation.READ_UNCOMMITTED,
                GroupConfig.SHARE_RENEW_ACKNOWLEDGE_ENABLE_DEFAULT);
    }

    @Override
    public ShareGroupOptions apply(String groupId) {
        return overrides.of(groupId).map(this::options).orElse(standard);
    }

    private ShareGroupOptions options(GroupConfig group) {
        String start = group.getString(GroupConfig.SHARE_AUTO_OFFSET_RESET_CONFIG);
        return new ShareGroupOptions(
                new ShareLimits(
                        group.shareRecordLockDurationMs(),
                        group.shareDeliveryCountLimit(),
                        group.sharePartitionMaxRecordLocks()),
                // Whoever set it has checked it; what cannot be read nevertheless is as if it was not set.
                ShareStart.isValid(start) ? ShareStart.parse(start) : standard.start(),
                group.shareIsolationLevel() == IsolationLevel.READ_COMMITTED
                        ? Isolation.READ_COMMITTED
                        : Isolation.READ_UNCOMMITTED,
                group.shareRenewAcknowledgeEnable());
    }
}
