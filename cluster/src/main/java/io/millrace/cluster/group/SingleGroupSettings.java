package io.millrace.cluster.group;

import io.millrace.cluster.metadata.TopicConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a single group may have set for itself, above what holds for all groups: Kafka's settings of groups (KIP-848, KIP-932, KIP-1071).
 * They are committed like those of topics, and outlive the group. Thread-safe; does not block.
 */
public interface SingleGroupSettings {

    /** How many groups may have settings of their own: they are part of what every node keeps in memory. */
    int GROUPS_MAX = 10_000;

    /** Characters of the id of such a group. */
    int GROUP_ID_LENGTH_MAX = 1_024;

    /**
     * One setting.
     *
     * @param name Kafka's name
     * @param type kind of value
     * @param nodeName what the same is called for all groups of a node; empty when it can be set for a group only
     * @param value what holds on this node for a group that has not set it
     * @param defaultValue what holds when nobody has set it
     * @param documentation what it does, with its unit
     */
    record Setting(
            String name,
            TopicConfig.Type type,
            Optional<String> nodeName,
            String value,
            String defaultValue,
            String documentation) {}

    /** Every setting, by name. */
    List<Setting> all();

    /**
     * Checks all settings that a group is to have, also against each other.
     *
     * @throws io.millrace.cluster.error.MillraceException INVALID_CONFIG, saying what is allowed
     */
    void validate(Map<String, String> settings);
}
