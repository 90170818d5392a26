package io.millrace.cluster.controller;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.BrokerRegistrationChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.BrokerRegistrationFencingChange;
import org.apache.kafka.metadata.LeaderConstants;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * What a controller would have committed, had there been one, when nodes were lost with their disks: they are dead, and no replica of
 * theirs has anything. A survivor that had everything acknowledged, by the metadata that it knows, is the one that leads; where it had not,
 * nobody does until somebody with everything comes back, or an operator asks for an unclean election.
 *
 * <p>Leader and partition epochs jump: what the lost controllers gave out after the last change that is known here must never be given out
 * again, since another node may have records of such an epoch.
 */
final class SurvivorRecords {

    /** More changes of leader than a partition can have had that are not known here. */
    private static final int EPOCHS_AHEAD = 1_000;

    private static final short FENCING_VERSION = 0;

    private final MetadataImage image;
    private final int survivor;
    private final Set<Integer> lost;
    private final ImageWriterOptions options;

    /** @param lost node ids of those whose disks are gone */
    SurvivorRecords(MetadataImage image, int survivor, Set<Integer> lost) {
        this.image = image;
        this.survivor = survivor;
        this.lost = Set.copyOf(lost);
        this.options = new ImageWriterOptions.Builder(image).build();
    }

    List<ApiMessageAndVersion> records() {
        List<ApiMessageAndVersion> records = new ArrayList<>();
        for (BrokerRegistration broker : image.cluster().brokers().values()) {
            if (!broker.fenced() && broker.id() != survivor) {
                records.add(fence(broker));
            }
        }
        image.topics()
                .topicsById()
                .values()
                .forEach(topic -> topic.partitions()
                        .forEach((number, partition) -> records.add(partition(topic.id(), number, partition))));
        return records;
    }

    private ApiMessageAndVersion fence(BrokerRegistration broker) {
        return new ApiMessageAndVersion(
                new BrokerRegistrationChangeRecord()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setFenced(BrokerRegistrationFencingChange.FENCE.value()),
                FENCING_VERSION);
    }

    private ApiMessageAndVersion partition(Uuid topicId, int number, PartitionRegistration partition) {
        int[] complete = IntStream.concat(Arrays.stream(partition.isr), Arrays.stream(partition.elr))
                .filter(node -> !lost.contains(node))
                .distinct()
                .toArray();
        boolean leads = Arrays.stream(complete).anyMatch(node -> node == survivor);
        ApiMessageAndVersion record = partition.toRecord(topicId, number, options);
        ((PartitionRecord) record.message())
                .setIsr(leads ? List.of(survivor) : List.of())
                .setEligibleLeaderReplicas(
                        leads || complete.length == 0
                                ? null
                                : Arrays.stream(complete).boxed().toList())
                .setLastKnownElr(null)
                .setLeader(leads ? survivor : LeaderConstants.NO_LEADER)
                .setLeaderEpoch(partition.leaderEpoch + EPOCHS_AHEAD)
                .setPartitionEpoch(partition.partitionEpoch + EPOCHS_AHEAD);
        return record;
    }
}
