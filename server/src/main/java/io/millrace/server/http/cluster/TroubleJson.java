package io.millrace.server.http.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The partitions that cannot be written to, and what an operator can do about each. */
final class TroubleJson {

    /** More than that are only counted. */
    private static final int SHOWN_MAX = 1_000;

    private final ClusterImage image;
    private final ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    private int total;

    private TroubleJson(ClusterImage image) {
        this.image = image;
    }

    static ObjectNode of(ClusterImage image) {
        TroubleJson trouble = new TroubleJson(image);
        new TreeMap<>(image.topics()).values().forEach(trouble::look);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("total", trouble.total);
        json.set("partitions", trouble.rows);
        return json;
    }

    private void look(TopicMetadata topic) {
        for (PartitionMetadata partition : topic.partitions()) {
            if (partition.leader() == PartitionMetadata.NO_LEADER) {
                put(topic, partition, "no leader", leaderless(topic, partition));
            } else if (partition.isr().size() < topic.minInsyncReplicas()) {
                put(topic, partition, "too few in sync", tooFewInSync(topic, partition));
            }
        }
    }

    private void put(TopicMetadata topic, PartitionMetadata partition, String state, String advice) {
        if (++total > SHOWN_MAX) {
            return;
        }
        ObjectNode row = rows.addObject()
                .put("topic", topic.name())
                .put("partition", partition.partition())
                .put("state", state)
                .put("min_insync_replicas", topic.minInsyncReplicas());
        partition.replicas().forEach(row.putArray("replicas")::add);
        partition.isr().forEach(row.putArray("isr")::add);
        complete(partition).forEach(row.putArray("complete")::add);
        row.put("advice", advice);
    }

    /** Those that had everything acknowledged when they were last heard of. */
    private static List<Integer> complete(PartitionMetadata partition) {
        return Stream.concat(partition.isr().stream(), partition.elr().stream())
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .toList();
    }

    private String leaderless(TopicMetadata topic, PartitionMetadata partition) {
        List<Integer> dead = notAlive(complete(partition));
        String unclean = "./millrace cluster elect --unclean " + topic.name() + ":" + partition.partition();
        if (!dead.isEmpty()) {
            return "start node " + either(dead) + ": it has every acknowledged record. If its disk is lost for good, "
                    + unclean + " lets a replica lead that lacks some";
        }
        if (partition.replicas().stream().noneMatch(image::isLive)) {
            return "start node " + either(partition.replicas()) + " with its data; then " + unclean;
        }
        return "the disk that had every acknowledged record is not there any more. Put it back; or let a replica lead that"
                + " lacks some: " + unclean + ". If that is refused, no replica has any record: delete the topic, and"
                + " create it again";
    }

    private String tooFewInSync(TopicMetadata topic, PartitionMetadata partition) {
        List<Integer> dead = notAlive(partition.replicas());
        return dead.isEmpty()
                ? "wait until its replicas have caught up"
                : "start node " + either(dead) + "; or lower min.insync.replicas of " + topic.name()
                        + ", and records are on fewer disks when they are acknowledged";
    }

    private List<Integer> notAlive(List<Integer> nodes) {
        return nodes.stream().filter(node -> !image.isLive(node)).toList();
    }

    private static String either(List<Integer> nodes) {
        return nodes.stream().map(String::valueOf).collect(Collectors.joining(" or "));
    }
}
