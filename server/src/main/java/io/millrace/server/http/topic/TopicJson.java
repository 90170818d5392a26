package io.millrace.server.http.topic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.PartitionOffsets;
import java.util.Map;
import java.util.TreeMap;

/** Topics and partitions as JSON. */
final class TopicJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TopicJson() {}

    /**
     * A topic: {@code config} is what was set for it (and could be posted again), {@code effective_config} what applies, with
     * the node's and the built-in defaults.
     */
    static ObjectNode topic(TopicMetadata topic, Map<String, String> nodeDefaults) {
        ObjectNode json = JSON.objectNode();
        json.put("name", topic.name());
        json.put("topic_id", topic.id().toString());
        json.put("internal", InternalTopics.contains(topic.name()));
        json.put("partitions", topic.partitions().size());
        json.put("replication_factor", topic.partitions().get(0).replicas().size());
        ObjectNode config = json.putObject("config");
        new TreeMap<>(topic.config()).forEach(config::put);
        ObjectNode effective = json.putObject("effective_config");
        TopicConfig.settings().stream()
                .map(TopicConfig.Setting::name)
                .sorted()
                .forEach(name -> effective.put(name, TopicConfig.value(name, topic.config(), nodeDefaults)));
        // Its default is committed for the whole cluster: what this node's file says does not matter.
        effective.put(TopicConfig.MIN_INSYNC_REPLICAS, String.valueOf(topic.minInsyncReplicas()));
        return json;
    }

    /** @param offsets null when this node does not know them */
    static ObjectNode partition(PartitionMetadata partition, PartitionOffsets offsets) {
        ObjectNode json = JSON.objectNode();
        json.put("partition", partition.partition());
        json.put("leader", partition.leader());
        json.put("leader_epoch", partition.leaderEpoch());
        if (offsets == null) {
            json.putNull("log_start_offset").putNull("high_watermark");
        } else {
            json.put("log_start_offset", offsets.logStartOffset());
            json.put("high_watermark", offsets.highWatermark());
        }
        ArrayNode replicas = json.putArray("replicas");
        partition.replicas().forEach(replicas::add);
        ArrayNode isr = json.putArray("isr");
        partition.isr().forEach(isr::add);
        return json;
    }
}
