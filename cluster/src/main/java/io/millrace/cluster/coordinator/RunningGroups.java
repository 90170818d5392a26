package io.millrace.cluster.coordinator;

import java.util.OptionalInt;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** Kafka's group coordinator, running. */
record RunningGroups(GroupCoordinator library) implements LibraryService {

    @Override
    public void onElection(int partition, int epoch) {
        library.onElection(partition, epoch);
    }

    @Override
    public void onResignation(int partition, OptionalInt epoch) {
        library.onResignation(partition, epoch);
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image) {
        library.onMetadataUpdate(delta, image);
    }

    @Override
    public void shutdown() {
        library.shutdown();
    }
}
