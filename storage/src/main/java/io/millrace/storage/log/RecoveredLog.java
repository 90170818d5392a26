package io.millrace.storage.log;

import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;

/**
 * The parts of a log after recovery, not yet shared with other threads.
 *
 * @param forcedOffset everything below it was forced
 * @param snapshotOffset where the newest producer snapshot was taken, 0 when there is none
 * @param producerlessOffset no producer that wrote below it is remembered
 * @param directoryChanged whether files were made whose directory entry is not forced yet
 * @param recoveryPoint from where on the next recovery would look, as long as no checkpoint is written
 * @param firstDirty below it the log was compacted
 * @param mayHaveGaps whether there may be offsets without a batch
 */
record RecoveredLog(
        LogState state,
        LeaderEpochCache epochs,
        ProducerStateManager producers,
        ProducerSnapshotFiles snapshots,
        boolean directoryChanged,
        long forcedOffset,
        long snapshotOffset,
        long producerlessOffset,
        long recoveryPoint,
        long firstDirty,
        boolean mayHaveGaps) {}
