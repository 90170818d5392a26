package io.millrace.cluster.coordinator;

import java.util.OptionalInt;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** A running coordinator of Kafka, whatever it coordinates: what {@link Coordination} tells it. */
interface LibraryService {

    void onElection(int partition, int epoch);

    void onResignation(int partition, OptionalInt epoch);

    void onMetadataUpdate(MetadataDelta delta, MetadataImage image);

    /** Blocks until its threads have ended. */
    void shutdown();
}
