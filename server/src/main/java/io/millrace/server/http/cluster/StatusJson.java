package io.millrace.server.http.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterStatus;
import io.millrace.cluster.metadata.ClusterStatus.QuorumMember;
import java.util.List;
import java.util.Objects;

/** The cluster as JSON. */
final class StatusJson {

    private StatusJson() {}

    /** @param answeredBy the node that says so */
    static ObjectNode of(ClusterStatus status, int answeredBy) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("cluster_id", status.clusterId().toString());
        json.put("answered_by", answeredBy);
        putNode(json, "controller", status.controllerId());
        json.put("metadata_offset", status.metadataOffset());
        json.put("under_replicated_partitions", status.underReplicated());
        json.put("leaderless_partitions", status.leaderless());
        MovesJson.putRate(json, status.catchUpBytesPerSecond());
        ObjectNode quorum = json.putObject("quorum");
        putNode(quorum, "leader", status.quorum().leaderId());
        quorum.put("epoch", status.quorum().epoch());
        quorum.put("high_watermark", status.quorum().highWatermark());
        putMembers(quorum.putArray("voters"), status.quorum().voters());
        putMembers(quorum.putArray("observers"), status.quorum().observers());
        ArrayNode nodes = json.putArray("nodes");
        status.nodes().forEach(node -> nodes.add(node(node)));
        return json;
    }

    private static void putNode(ObjectNode json, String name, int nodeId) {
        if (nodeId < 0) {
            json.putNull(name);
        } else {
            json.put(name, nodeId);
        }
    }

    private static void putMembers(ArrayNode array, List<QuorumMember> members) {
        for (QuorumMember member : members) {
            array.addObject()
                    .put("node", member.nodeId())
                    .put("directory_id", member.directoryId().toString())
                    .put("address", Objects.toString(member.address(), null))
                    .put("log_end_offset", known(member.logEndOffset()))
                    .put("lag", known(member.lag()))
                    .put("last_caught_up_ms", known(member.lastCaughtUpMs()));
        }
    }

    private static Long known(long value) {
        return value < 0 ? null : (Long) value;
    }

    private static ObjectNode node(ClusterStatus.Node node) {
        BrokerMetadata broker = node.broker();
        return JsonNodeFactory.instance
                .objectNode()
                .put("node", broker.nodeId())
                .put("state", broker.state())
                .put("drained", broker.drained())
                .put("epoch", broker.epoch())
                .put("kafka", broker.host() == null ? null : broker.host() + ":" + broker.port())
                .put("http", broker.httpUrl())
                .put("peer", Objects.toString(broker.peer(), null))
                .put("rack", broker.rack())
                .put("leaders", node.leaders())
                .put("preferred_leaders", node.preferred())
                .put("replicas", node.replicas())
                .put("out_of_sync", node.outOfSync());
    }
}
