package io.millrace.cluster.partition;

import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import java.util.Optional;

/**
 * Where a follower cuts its log when the leader's history differs (KIP-101, KIP-279). One step may not be enough: the follower asks
 * again from its new end, and with its new last epoch, until records come.
 */
final class Truncation {

    private Truncation() {}

    /**
     * The offset to cut at: behind the records of epochs that both have, as far as that can be known from one answer. May lie below the
     * start of the log: then nothing of it is the leader's.
     */
    static long target(PartitionLog log, Diverging<?> leader) {
        Optional<EpochEndOffset> own = log.endOffsetForEpoch(leader.epoch());
        LogOffsets offsets = log.offsets();
        // Without an epoch as old as that, all records here are of epochs that the leader does not know.
        long ownEnd = own.map(EpochEndOffset::endOffset).orElse(offsets.logStartOffset());
        return Math.min(leader.endOffset(), ownEnd);
    }
}
