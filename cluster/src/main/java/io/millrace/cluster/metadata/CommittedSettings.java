package io.millrace.cluster.metadata;

import java.util.Map;

/**
 * What administrators have committed beside topics: an immutable part of {@link ClusterImage}.
 *
 * @param ofNodes settings of single nodes, by node id; those of all nodes are {@link ClusterImage#settings()}
 * @param ofGroups settings of single groups, by group id
 * @param quotas of clients: the values by name, for each entity
 * @param features the level of each feature that the cluster has
 */
public record CommittedSettings(
        Map<Integer, Map<String, String>> ofNodes,
        Map<String, Map<String, String>> ofGroups,
        Map<QuotaEntity, Map<String, Double>> quotas,
        Map<String, Short> features) {

    public static final CommittedSettings NONE = new CommittedSettings(Map.of(), Map.of(), Map.of(), Map.of());

    public CommittedSettings {
        ofNodes = Map.copyOf(ofNodes);
        ofGroups = Map.copyOf(ofGroups);
        quotas = Map.copyOf(quotas);
        features = Map.copyOf(features);
    }
}
