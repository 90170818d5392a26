package io.millrace.cluster.coordinator;

import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.cluster.partition.CoordinatorLogs;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupServices;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.share.persister.NoOpStatePersister;

/** Makes and starts Kafka's group coordinator with our logs, settings and threads. */
final class Library {

    private Library() {}

    static GroupCoordinator start(
            int nodeId,
            LibrarySettings settings,
            GroupOverrides overrides,
            CoordinatorLogs logs,
            Reigns reigns,
            MetadataImage image) {
        int offsetsPartitions = settings.groups().offsetsTopicPartitions();
        GroupCoordinator service = GroupServices.open(
                nodeId,
                settings.groups(),
                new GroupServices.Parts(
                        new LogWriter(logs, reigns, OffsetsTopic.BATCH_BYTES_MAX),
                        new LogLoader(logs, reigns, CoordinatorThreads.single("loader")),
                        CoordinatorThreads.timer(),
                        new NoRuntimeMetrics(),
                        new GroupCoordinatorMetrics(new MetricsRegistry(), new Metrics()),
                        overrides.manager(),
                        new NoOpStatePersister(),
                        new NoShareGroups()));
        service.startup(() -> offsetsPartitions);
        service.onMetadataUpdate(new MetadataDelta.Builder().setImage(image).build(), image);
        return service;
    }
}
