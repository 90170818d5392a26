package io.millrace.cluster.coordinator;

import io.millrace.cluster.partition.CoordinatorLogs;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupServices;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** Makes and starts Kafka's group coordinator with our logs, settings and threads. */
final class Library {

    private Library() {}

    static RunningGroups start(
            int nodeId,
            LibrarySettings settings,
            GroupOverrides overrides,
            LibraryMetrics metrics,
            CoordinatorLogs logs,
            Reigns reigns,
            Doubts doubts,
            ShareSupport shares,
            MetadataImage image) {
        int offsetsPartitions = settings.groups().offsetsTopicPartitions();
        GroupCoordinator service = GroupServices.open(
                nodeId,
                settings.groups(),
                new GroupServices.Parts(
                        new LogWriter(logs, reigns, OffsetsTopic.BATCH_BYTES_MAX, doubts),
                        new LogLoader(
                                logs,
                                reigns,
                                new GroupCoordinatorRecordSerde(),
                                CoordinatorThreads.single(CoordinatorThreads.GROUPS, "loader")),
                        CoordinatorThreads.timer(CoordinatorThreads.GROUPS),
                        metrics.ofThreads(),
                        metrics.ofGroups(),
                        overrides.manager(),
                        shares.persister(),
                        new LeaderOffsets(shares.anywhere())));
        service.startup(() -> offsetsPartitions);
        service.onMetadataUpdate(new MetadataDelta.Builder().setImage(image).build(), image);
        return new RunningGroups(service);
    }
}
