package io.millrace.cluster.coordinator;

import io.millrace.cluster.controller.MetadataFollower;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.image.ConfigurationImage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was committed for single groups, within the bounds of this node: for the library, which looks there with every request of a member,
 * and for the leaders of partitions that share groups read. Thread-safe.
 */
public final class GroupOverrides implements MetadataFollower {

    private static final Logger log = LoggerFactory.getLogger(GroupOverrides.class);

    private final GroupsConfig config;
    private final ShareGroupsConfig shareConfig;

    /** Null before somebody asked; written under the lock of this, as what it holds. */
    private volatile GroupConfigManager manager;

    private MetadataImage image = MetadataImage.EMPTY;

    /** Of a node with these settings for groups that have set nothing. */
    public GroupOverrides(GroupsConfig config, ShareGroupsConfig shareConfig) {
        this.config = config;
        this.shareConfig = shareConfig;
    }

    @Override
    public synchronized void onMetadata(ClusterImage next, MetadataDelta delta, MetadataImage kafkaImage) {
        image = kafkaImage;
        if (manager != null && delta.configsDelta() != null) {
            Map<ConfigResource, ConfigurationImage> all = kafkaImage.configs().resourceData();
            delta.configsDelta().changes().keySet().forEach(changed -> takeOver(manager, changed, all.get(changed)));
        }
    }

    /** What a group has; empty when it has set nothing. */
    Optional<GroupConfig> of(String groupId) {
        return manager().groupConfig(groupId);
    }

    GroupConfigManager manager() {
        GroupConfigManager present = manager;
        return present == null ? open() : present;
    }

    private synchronized GroupConfigManager open() {
        if (manager == null) {
            LibrarySettings settings = LibrarySettings.of(config, shareConfig, config.offsetsPartitions());
            GroupConfigManager opened =
                    new GroupConfigManager(settings.ofGroups(), settings.groups(), settings.shareGroups());
            image.configs().resourceData().forEach((resource, committed) -> takeOver(opened, resource, committed));
            manager = opened;
        }
        return manager;
    }

    private static void takeOver(GroupConfigManager manager, ConfigResource resource, ConfigurationImage committed) {
        if (resource.type() != ConfigResource.Type.GROUP) {
            return;
        }
        try {
            manager.updateGroupConfig(resource.name(), committed == null ? new Properties() : committed.toProperties());
        } catch (RuntimeException e) {
            // Checked before it was committed, by a node that knew other settings.
            log.warn("Settings of group {} are not understood here and do not hold on this node", resource.name(), e);
        }
    }
}
