package io.millrace.cluster.controller;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.metadata.ClusterStatus;
import io.millrace.cluster.metadata.FeatureChange;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.QuotaChange;
import io.millrace.cluster.metadata.QuotaEntity;
import io.millrace.cluster.peer.ReplicaSizes;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.quorum.QuorumStatus;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;

/** Administration as every node has it: asks the active controller and the quorum's leader, and answers when this node follows. */
final class ClusterAdministration implements ClusterAdmin {

    private final int nodeId;
    private final ActiveController active;
    private final ClusterController controller;
    private final Quorum quorum;
    private final ReplicaSizes sizes;
    private final SettingsAdministration settings;

    ClusterAdministration(
            int nodeId, ActiveController active, ClusterController controller, Quorum quorum, ReplicaSizes sizes) {
        this.nodeId = nodeId;
        this.active = active;
        this.controller = controller;
        this.quorum = quorum;
        this.sizes = sizes;
        this.settings = new SettingsAdministration(active, controller);
    }

    @Override
    public Future<Void> alterSettings(OptionalInt node, Map<String, String> changes, boolean validateOnly) {
        return settings.alterSettings(node, changes, validateOnly);
    }

    @Override
    public Future<Void> alterGroupSettings(String groupId, Map<String, String> changes, boolean validateOnly) {
        return settings.alterGroupSettings(groupId, changes, validateOnly);
    }

    @Override
    public Future<Map<QuotaEntity, Optional<MillraceException>>> alterQuotas(
            List<QuotaChange> changes, boolean validateOnly) {
        return settings.alterQuotas(changes, validateOnly);
    }

    @Override
    public Future<Void> updateFeatures(List<FeatureChange> changes, boolean validateOnly) {
        return settings.updateFeatures(changes, validateOnly);
    }

    @Override
    public Future<ClusterStatus> status() {
        return ClusterController.answer(() -> quorum.progress()
                .otherwise(List.of())
                .map(progress -> StatusReport.of(controller.image(), quorum.status(), progress)));
    }

    @Override
    public Future<Map<TopicPartition, Optional<MillraceException>>> reassign(
            Map<TopicPartition, Optional<List<Integer>>> targets, boolean mayChangeReplicationFactor) {
        if (targets.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return ClusterController.answer(() -> active.send(
                        AdminRequests.reassign(targets, mayChangeReplicationFactor),
                        AlterPartitionReassignmentsResponseData.class,
                        ControllerApis.TIMEOUT_MS)
                .map(answer -> AdminRequests.outcomes(answer, this::partition))
                .compose(outcomes -> controller
                        .follows(image -> targets.entrySet().stream()
                                .filter(target -> isDone(outcomes, target.getKey()))
                                .allMatch(target -> shows(image, target.getKey(), target.getValue())))
                        .map(outcomes)));
    }

    private static boolean isDone(Map<TopicPartition, Optional<MillraceException>> outcomes, TopicPartition partition) {
        return outcomes.getOrDefault(partition, Optional.empty()).isEmpty();
    }

    /** Whether an image shows that a move began, or was cancelled; what was deleted meanwhile is not waited for. */
    private static boolean shows(ClusterImage image, TopicPartition key, Optional<List<Integer>> target) {
        PartitionMetadata now = find(image, key);
        if (now == null) {
            return true;
        }
        return target.isPresent()
                ? now.replicas().containsAll(target.get())
                : now.adding().isEmpty() && now.removing().isEmpty();
    }

    @Override
    public Map<TopicPartition, PartitionMetadata> reassignments() {
        Map<TopicPartition, PartitionMetadata> moving = new HashMap<>();
        controller.image().topics().values().forEach(topic -> {
            for (PartitionMetadata partition : topic.partitions()) {
                if (!partition.adding().isEmpty() || !partition.removing().isEmpty()) {
                    moving.put(new TopicPartition(topic.id(), topic.name(), partition.partition()), partition);
                }
            }
        });
        return moving;
    }

    @Override
    public Future<Map<TopicPartition, Optional<MillraceException>>> electPreferredLeaders(
            Optional<Set<TopicPartition>> partitions) {
        return elect(ElectionType.PREFERRED, partitions);
    }

    @Override
    public Future<Map<TopicPartition, Optional<MillraceException>>> electUncleanLeaders(
            Optional<Set<TopicPartition>> partitions) {
        return elect(ElectionType.UNCLEAN, partitions);
    }

    private Future<Map<TopicPartition, Optional<MillraceException>>> elect(
            ElectionType type, Optional<Set<TopicPartition>> partitions) {
        return ClusterController.answer(() -> active.send(
                        AdminRequests.elect(type, partitions),
                        ElectLeadersResponseData.class,
                        ControllerApis.TIMEOUT_MS)
                .map(answer -> AdminRequests.outcomes(answer, this::partition)));
    }

    @Override
    public Future<Void> unregister(int gone) {
        return ClusterController.answer(() -> {
            if (controller.image().isLive(gone)) {
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "Node " + gone + " is alive: stop it first, or it would come back at once");
            }
            return active.send(
                            new UnregisterBrokerRequestData().setBrokerId(gone),
                            UnregisterBrokerResponseData.class,
                            ControllerApis.TIMEOUT_MS)
                    .compose(
                            done -> controller.follows(image -> !image.brokers().containsKey(gone)));
        });
    }

    @Override
    public Future<Void> removeVoter(int voter) {
        return ClusterController.answer(() -> {
            QuorumStatus.Voter found = quorum.status().voters().stream()
                    .filter(each -> each.nodeId() == voter)
                    .findFirst()
                    .orElseThrow(() -> new MillraceException(
                            ErrorCode.INVALID_REQUEST, "Node " + voter + " is not a voter of the metadata quorum"));
            return quorum.removeVoter(voter, found.directoryId());
        });
    }

    @Override
    public Future<Void> addVoter(int observer) {
        return ClusterController.answer(() -> quorum.progress().compose(all -> {
            BrokerMetadata broker = controller.image().brokers().get(observer);
            QuorumStatus.Progress found = all.stream()
                    .filter(each -> each.nodeId() == observer && !each.voter())
                    .findFirst()
                    .orElse(null);
            if (found == null || broker == null || broker.peer() == null) {
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "Node " + observer
                                + " cannot become a voter: it is one already, or it does not follow the metadata"
                                + " log. ./millrace cluster voters shows who does.");
            }
            return quorum.addVoter(observer, found.directoryId(), broker.peer());
        }));
    }

    @Override
    public Future<Map<Integer, Map<TopicPartition, Long>>> replicaSizes() {
        Map<Integer, Map<TopicPartition, Long>> byNode = new ConcurrentHashMap<>();
        byNode.put(nodeId, sizes.local());
        List<Future<?>> asked = new ArrayList<>();
        for (BrokerMetadata broker : controller.image().liveBrokers()) {
            if (broker.nodeId() != nodeId && broker.peer() != null) {
                asked.add(sizes.of(broker.peer(), this::partition)
                        .onSuccess(found -> byNode.put(broker.nodeId(), found))
                        .otherwiseEmpty());
            }
        }
        return ClusterController.answer(() -> Future.join(asked).map(byNode));
    }

    @Override
    public Future<Void> limitCatchUp(OptionalLong bytesPerSecond) {
        return ClusterController.answer(() -> {
            if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
                throw new MillraceException(
                        ErrorCode.INVALID_CONFIG,
                        "Replicas catch up with at least 1 byte per second, not " + bytesPerSecond.getAsLong());
            }
            return active.send(
                            AdminRequests.limitCatchUp(bytesPerSecond),
                            IncrementalAlterConfigsResponseData.class,
                            ControllerApis.TIMEOUT_MS)
                    .compose(answer -> {
                        TopicRequests.configAltered(answer);
                        return controller.follows(image -> ClusterSettingNames.catchUpBytesPerSecond(image.settings())
                                .equals(bytesPerSecond));
                    });
        });
    }

    @Override
    public Future<Void> setDrained(int drainedId, boolean drained) {
        return ClusterController.answer(() -> {
            if (!controller.image().brokers().containsKey(drainedId)) {
                throw new MillraceException(
                        ErrorCode.BROKER_ID_NOT_REGISTERED, "There is no node " + drainedId + " in this cluster");
            }
            return active.send(
                            AdminRequests.drained(drainedId, drained),
                            IncrementalAlterConfigsResponseData.class,
                            ControllerApis.TIMEOUT_MS)
                    .compose(answer -> {
                        TopicRequests.configAltered(answer);
                        return controller.follows(image -> isDrained(image, drainedId) == drained);
                    });
        });
    }

    private static boolean isDrained(ClusterImage image, int node) {
        BrokerMetadata broker = image.brokers().get(node);
        return broker != null && broker.drained();
    }

    private TopicPartition partition(String topic, int number) {
        return controller
                .image()
                .topic(topic)
                .filter(found -> number < found.partitions().size())
                .map(found -> new TopicPartition(found.id(), found.name(), number))
                .orElse(null);
    }

    private static PartitionMetadata find(ClusterImage image, TopicPartition key) {
        return image.topic(key.topicId())
                .filter(topic -> key.partition() < topic.partitions().size())
                .map(topic -> topic.partitions().get(key.partition()))
                .orElse(null);
    }
}
