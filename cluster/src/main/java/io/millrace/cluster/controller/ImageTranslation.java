package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;

/**
 * From Kafka's image to ours. Topics that a delta does not touch stay the same objects, so that whoever compares images looks at what
 * changed only. Not thread-safe.
 */
final class ImageTranslation {

    /** Kafka's name for what holds on all nodes. */
    private static final ConfigResource CLUSTER_DEFAULTS = new ConfigResource(ConfigResource.Type.BROKER, "");

    private final UUID clusterId;

    ImageTranslation(UUID clusterId) {
        this.clusterId = clusterId;
    }

    ClusterImage translate(ClusterImage previous, MetadataDelta delta, MetadataImage image, int controllerId) {
        Map<String, TopicMetadata> byName = new HashMap<>(previous.topics());
        Map<UUID, TopicMetadata> byId = new HashMap<>(previous.topicsById());
        boolean defaultsChanged = delta.configsDelta() != null
                && delta.configsDelta().changes().keySet().stream().anyMatch(ImageTranslation::isClusterDefault);
        if (previous.topics().isEmpty() || delta.image().isEmpty() || defaultsChanged) {
            byName.clear();
            byId.clear();
            image.topics().topicsById().values().forEach(topic -> put(byName, byId, topic(topic, image, previous)));
        } else {
            changedTopics(delta, image).forEach(id -> {
                TopicMetadata before = byId.remove(id);
                TopicImage now = image.topics().getTopic(KafkaIds.toKafka(id));
                if (before != null) {
                    // By identity: the name may be that of a new topic already.
                    byName.remove(before.name(), before);
                }
                if (now != null) {
                    put(byName, byId, topic(now, image, previous));
                }
            });
        }
        return new ClusterImage(
                image.highestOffsetAndEpoch().offset(),
                clusterId,
                controllerId,
                brokers(image),
                byName,
                byId,
                image.configs().configMapForResource(CLUSTER_DEFAULTS),
                CommittedTranslation.of(previous, delta, image));
    }

    private static void put(Map<String, TopicMetadata> byName, Map<UUID, TopicMetadata> byId, TopicMetadata topic) {
        byName.put(topic.name(), topic);
        byId.put(topic.id(), topic);
    }

    private static Set<UUID> changedTopics(MetadataDelta delta, MetadataImage image) {
        Set<UUID> changed = new HashSet<>();
        if (delta.topicsDelta() != null) {
            delta.topicsDelta().changedTopics().keySet().forEach(id -> changed.add(KafkaIds.fromKafka(id)));
            delta.topicsDelta().deletedTopicIds().forEach(id -> changed.add(KafkaIds.fromKafka(id)));
        }
        if (delta.configsDelta() != null) {
            for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
                TopicImage topic = resource.type() == ConfigResource.Type.TOPIC
                        ? image.topics().getTopic(resource.name())
                        : null;
                if (topic != null) {
                    changed.add(KafkaIds.fromKafka(topic.id()));
                }
            }
        }
        return changed;
    }

    private static boolean isClusterDefault(ConfigResource resource) {
        return resource.equals(CLUSTER_DEFAULTS);
    }

    private static TopicMetadata topic(TopicImage topic, MetadataImage image, ClusterImage previous) {
        PartitionMetadata[] partitions =
                new PartitionMetadata[topic.partitions().size()];
        topic.partitions().forEach((number, registration) -> partitions[number] = partition(number, registration));
        Map<String, String> config =
                image.configs().configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
        TopicMetadata translated = new TopicMetadata(
                topic.name(),
                KafkaIds.fromKafka(topic.id()),
                List.of(partitions),
                config,
                minInsyncReplicas(config, image));
        return translated.equals(previous.topicsById().get(translated.id()))
                ? previous.topicsById().get(translated.id())
                : translated;
    }

    /**
     * Committed like everything else that leaders and the controller must see alike: with another value in a node's own file a leader
     * could acknowledge with fewer replicas than the controller counts on when it elects (KIP-966).
     */
    private static int minInsyncReplicas(Map<String, String> topicConfig, MetadataImage image) {
        String value = topicConfig.get(TopicConfig.MIN_INSYNC_REPLICAS);
        if (value == null) {
            value = image.configs().configMapForResource(CLUSTER_DEFAULTS).get(TopicConfig.MIN_INSYNC_REPLICAS);
        }
        return value == null ? 1 : Integer.parseInt(value);
    }

    private static PartitionMetadata partition(int number, PartitionRegistration registration) {
        return new PartitionMetadata(
                number,
                registration.leader,
                registration.leaderEpoch,
                registration.partitionEpoch,
                list(registration.replicas),
                list(registration.isr),
                list(registration.elr),
                list(registration.addingReplicas),
                list(registration.removingReplicas),
                registration.leaderRecoveryState == LeaderRecoveryState.RECOVERING);
    }

    private static List<Integer> list(int[] nodeIds) {
        return Arrays.stream(nodeIds).boxed().toList();
    }

    private static Map<Integer, BrokerMetadata> brokers(MetadataImage image) {
        Map<Integer, BrokerMetadata> brokers = new HashMap<>();
        image.cluster()
                .brokers()
                .forEach((id, registration) -> brokers.put(id, broker(registration, isDrained(id, image))));
        return brokers;
    }

    private static boolean isDrained(int nodeId, MetadataImage image) {
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(nodeId));
        return Boolean.parseBoolean(image.configs().configMapForResource(node).get(ClusterSettingNames.DRAINED));
    }

    private static String httpUrl(Endpoint http) {
        String scheme = http.securityProtocol() == SecurityProtocol.SSL ? "https://" : "http://";
        return scheme + new PeerAddress(http.host(), http.port());
    }

    private static BrokerMetadata broker(BrokerRegistration registration, boolean drained) {
        Endpoint kafka = registration.listeners().get(Listeners.KAFKA);
        Endpoint peer = registration.listeners().get(Listeners.PEER);
        Endpoint http = registration.listeners().get(Listeners.HTTP);
        return new BrokerMetadata(
                registration.id(),
                registration.epoch(),
                kafka == null ? null : kafka.host(),
                kafka == null ? -1 : kafka.port(),
                peer == null ? null : new PeerAddress(peer.host(), peer.port()),
                http == null ? null : httpUrl(http),
                registration.rack().orElse(null),
                registration.fenced(),
                registration.inControlledShutdown(),
                drained);
    }
}
