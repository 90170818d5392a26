package io.millrace.storage.log;

import io.millrace.storage.StorageConfig;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.journal.Journal;
import io.millrace.storage.journal.JournalDirectory;
import io.millrace.storage.journal.JournalFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The shards of a data directory, each with a thread and, once they are opened, a journal; and which log belongs to which. */
final class LogShards {

    private final LogServices services;
    private final List<LogShard> shards = new ArrayList<>();
    private final List<JournalFiles> journals = new ArrayList<>();

    /** Starts the threads. */
    LogShards(LogServices services) {
        this.services = services;
        StorageConfig config = services.config();
        for (int i = 0; i < config.shards(); i++) {
            shards.add(new LogShard(
                    i,
                    config.shardQueueMax(),
                    config.shardQueueBytesMax(),
                    new GroupCommit(services),
                    services.threads()));
        }
    }

    /** The same for one partition, also when it is deleted and made again: its journal must be one. Neighbours are spread. */
    LogShard of(TopicPartition partition) {
        return shards.get(Math.floorMod(partition.topicId().hashCode() + partition.partition(), shards.size()));
    }

    /**
     * Gives each shard a journal to write to, unless the configuration wants none.
     *
     * @param run which one of this directory it is
     */
    void openJournals(JournalDirectory directory, long run, Housekeeper housekeeper) throws IOException {
        long bytesPerShard = services.config().journalBytesPerShard();
        directory.removeUnused(shards.size(), bytesPerShard);
        for (int i = 0; i < shards.size() && bytesPerShard > 0; i++) {
            JournalFiles files = directory.open(i, bytesPerShard, housekeeper, housekeeper::askForCheckpoint);
            journals.add(files);
            shards.get(i).commit().use(new Journal(i, run, files));
        }
    }

    /** Those that are open, as they come. */
    List<JournalFiles> journals() {
        return Collections.unmodifiableList(journals);
    }

    /** Runs what is queued, then ends the threads. Blocks. */
    void close() {
        shards.forEach(LogShard::close);
    }

    /** When nobody writes or frees them any more. */
    void closeJournals() {
        journals.forEach(JournalFiles::close);
    }
}
