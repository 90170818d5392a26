package io.millrace.storage.log;

import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.cache.TailCache;
import io.millrace.storage.compaction.BatchRewriter;
import io.millrace.storage.directory.DirectoryHealth;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.thread.StorageThreads;
import java.time.Clock;

/**
 * What all logs of a data directory share.
 *
 * @param housekeeper runs what may take long and hurries nobody
 */
record LogServices(
        StorageConfig config,
        Disk disk,
        OpenFiles files,
        DirectoryHealth health,
        TailCache cache,
        RecordTimestamps recordTimestamps,
        BatchRewriter batchRewriter,
        StorageMetrics metrics,
        Clock clock,
        Housekeeper housekeeper,
        StorageThreads threads) {}
