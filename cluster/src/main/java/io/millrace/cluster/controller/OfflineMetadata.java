package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.metadata.AbortTransactionRecord;
import org.apache.kafka.common.metadata.BeginTransactionRecord;
import org.apache.kafka.common.metadata.EndTransactionRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** What the batches of a metadata log add up to, while no node runs. Not thread-safe. */
public final class OfflineMetadata implements Consumer<Batch<ApiMessageAndVersion>> {

    private final MetadataDelta delta =
            new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();

    /** What was written since a transaction of the controller began; null outside of one. */
    private List<ApiMessage> unfinished;

    private long lastOffset = -1;
    private int lastEpoch = -1;
    private long lastTimeMs = -1;

    @Override
    public void accept(Batch<ApiMessageAndVersion> batch) {
        batch.records().forEach(record -> replay(record.message()));
        lastOffset = batch.lastOffset();
        lastEpoch = batch.epoch();
        lastTimeMs = batch.appendTimestamp();
    }

    /** A transaction that has no end is taken back by the next controller. */
    private void replay(ApiMessage record) {
        if (record instanceof BeginTransactionRecord) {
            unfinished = new ArrayList<>();
        } else if (record instanceof EndTransactionRecord) {
            unfinished.forEach(delta::replay);
            unfinished = null;
        } else if (record instanceof AbortTransactionRecord) {
            unfinished = null;
        } else if (unfinished != null) {
            unfinished.add(record);
        } else {
            delta.replay(record);
        }
    }

    /** The cluster as of the last batch. */
    public ClusterImage image(UUID clusterId) {
        ClusterImage none = new ClusterImage(-1, clusterId, -1, Map.of(), Map.of(), Map.of());
        return new ImageTranslation(clusterId).translate(none, delta, complete(), -1);
    }

    /** What to append so that the cluster goes on from one node; see {@link SurvivorRecords}. */
    public List<ApiMessageAndVersion> goOnFrom(int survivor, Set<Integer> lost) {
        return new SurvivorRecords(complete(), survivor, lost).records();
    }

    private MetadataImage complete() {
        return delta.apply(new MetadataProvenance(lastOffset, lastEpoch, lastTimeMs, true));
    }
}
