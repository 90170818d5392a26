package io.millrace.server.http.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.placement.Move;
import io.millrace.cluster.placement.Plan;
import io.millrace.storage.TopicPartition;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Partitions that are moved, or are to be, as JSON. */
final class MovesJson {

    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private MovesJson() {}

    static ObjectNode plan(Plan plan, boolean dryRun, Map<TopicPartition, MillraceException> refused) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("dry_run", dryRun);
        json.put("copies", plan.copies());
        json.put("bytes", plan.bytes());
        ArrayNode moves = json.putArray("moves");
        for (Move move : plan.moves()) {
            ObjectNode row = partition(moves.addObject(), move.partition());
            putNodes(row, "from", move.from());
            putNodes(row, "to", move.to());
            row.put("bytes", move.bytes());
        }
        json.set("refused", refused(refused));
        return json;
    }

    static ArrayNode refused(Map<TopicPartition, MillraceException> refused) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        sorted(refused)
                .forEach((partition, failure) -> partition(rows.addObject(), partition)
                        .put("error", failure.code().name())
                        .put("message", failure.getMessage()));
        return rows;
    }

    /** @param sizes bytes by node id and partition; what is missing counts as nothing copied yet */
    static ObjectNode progress(
            Map<TopicPartition, PartitionMetadata> moving,
            Map<Integer, Map<TopicPartition, Long>> sizes,
            Map<String, String> settings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode rows = json.putArray("partitions");
        long total = 0;
        long copied = 0;
        for (Map.Entry<TopicPartition, PartitionMetadata> entry : sorted(moving).entrySet()) {
            PartitionMetadata partition = entry.getValue();
            long bytes = size(sizes, partition.leader(), entry.getKey());
            long done = partition.adding().stream()
                    .mapToLong(node -> Math.min(bytes, size(sizes, node, entry.getKey())))
                    .sum();
            ObjectNode row = partition(rows.addObject(), entry.getKey());
            putNodes(row, "replicas", partition.replicas());
            putNodes(row, "adding", partition.adding());
            putNodes(row, "removing", partition.removing());
            row.put("bytes", bytes * partition.adding().size()).put("bytes_copied", done);
            total += bytes * partition.adding().size();
            copied += done;
        }
        json.put("bytes", total).put("bytes_copied", copied);
        putRate(json, ClusterSettingNames.catchUpBytesPerSecond(settings));
        return json;
    }

    static void putRate(ObjectNode json, OptionalLong rate) {
        json.put("throttle_bytes_per_second", rate.isPresent() ? (Long) rate.getAsLong() : null);
    }

    private static long size(Map<Integer, Map<TopicPartition, Long>> sizes, int node, TopicPartition partition) {
        return sizes.getOrDefault(node, Map.of()).getOrDefault(partition, 0L);
    }

    private static <T> Map<TopicPartition, T> sorted(Map<TopicPartition, T> byPartition) {
        Map<TopicPartition, T> sorted = new TreeMap<>(BY_NAME);
        sorted.putAll(byPartition);
        return sorted;
    }

    private static ObjectNode partition(ObjectNode row, TopicPartition partition) {
        return row.put("topic", partition.topic()).put("partition", partition.partition());
    }

    private static void putNodes(ObjectNode row, String name, List<Integer> nodes) {
        ArrayNode array = row.putArray(name);
        nodes.forEach(array::add);
    }
}
