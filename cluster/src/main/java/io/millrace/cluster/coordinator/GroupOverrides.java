package io.millrace.cluster.coordinator;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.image.ConfigurationImage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the library what was committed for single groups: it looks there with every request of a member. Thread-safe. */
final class GroupOverrides {

    private static final Logger log = LoggerFactory.getLogger(GroupOverrides.class);

    private final GroupConfigManager manager;

    /** @param settings what holds where a group has set nothing */
    GroupOverrides(LibrarySettings settings) {
        this.manager = new GroupConfigManager(
                settings.groups().extractGroupConfigMap(settings.shareGroups()),
                settings.groups(),
                settings.shareGroups());
    }

    GroupConfigManager manager() {
        return manager;
    }

    /** Takes over everything that is committed. */
    void takeOver(MetadataImage image) {
        image.configs().resourceData().forEach(this::takeOver);
    }

    /** Takes over what has changed. */
    void takeOver(MetadataDelta delta, MetadataImage image) {
        if (delta.configsDelta() != null) {
            Map<ConfigResource, ConfigurationImage> all = image.configs().resourceData();
            delta.configsDelta().changes().keySet().forEach(changed -> takeOver(changed, all.get(changed)));
        }
    }

    private void takeOver(ConfigResource resource, ConfigurationImage committed) {
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
