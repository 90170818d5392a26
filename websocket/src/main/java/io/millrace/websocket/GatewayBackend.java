package io.millrace.websocket;

import io.millrace.cluster.group.member.GroupMembers;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.produce.RecordProducer;
import java.util.Map;

/**
 * What a gateway has of its node.
 *
 * @param node the name of the node, for clients that are told
 * @param partitions reads records, wherever they are led
 * @param controller knows the topics
 * @param producer stores what clients write
 * @param groups makes connections members of consumer groups
 * @param quota how much clients may be sent
 * @param topicDefaults the node's settings for topics that do not set their own
 */
public record GatewayBackend(
        String node,
        PartitionService partitions,
        Controller controller,
        RecordProducer producer,
        GroupMembers groups,
        DeliveryQuota quota,
        Map<String, String> topicDefaults) {

    public GatewayBackend {
        topicDefaults = Map.copyOf(topicDefaults);
    }
}
