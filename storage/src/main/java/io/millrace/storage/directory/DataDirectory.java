package io.millrace.storage.directory;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.Disk;
import io.millrace.storage.journal.JournalDirectory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds, makes, deletes and removes partition directories. A directory appears and disappears under its live name by one
 * rename, so a crash leaves it whole or not there.
 *
 * <p>Thread-safe as long as one thread at a time works on one name; everything blocks.
 */
public final class DataDirectory {

    /** Where the owner of the metadata log keeps its snapshots: nothing in it is looked at here. */
    public static final String METADATA_SNAPSHOTS = "metadata-snapshots";

    /** The partition directory of the metadata log: its loss is not made good like that of another. */
    public static final String METADATA_LOG = "__cluster_metadata-0";

    /** Directories that are no partitions and no mistake; the root of a mounted file system has a {@code lost+found}. */
    private static final Set<String> OTHERS = Set.of(JournalDirectory.NAME, METADATA_SNAPSHOTS, "lost+found");

    private final Disk disk;
    private final Path path;
    private final PartitionMetadataFile metadata;

    public DataDirectory(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
        this.metadata = new PartitionMetadataFile(disk);
    }

    /**
     * Makes a data directory and its parents where they are missing. Its name is durable on return, also when a start that
     * crashed had made it: what is forced inside of a directory is lost with the directory's own name.
     */
    public static void make(Disk disk, Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            return;
        }
        if (!disk.exists(parent)) {
            make(disk, parent);
        }
        disk.createDirectories(path);
        try {
            disk.forceDirectory(parent);
        } catch (AccessDeniedException e) {
            // A directory that we may not read is not one that we made: it has been there for longer.
        }
    }

    /**
     * What was found.
     *
     * @param partitions live ones
     * @param leftovers directories to {@link #remove}
     */
    public record Content(List<TopicPartition> partitions, List<Path> leftovers) {}

    public Path path() {
        return path;
    }

    public Path of(TopicPartition partition) {
        return PartitionDirectory.live(path, partition);
    }

    /**
     * Looks at all directories; plain files are left to whoever owns them.
     *
     * @throws IOException when there is one that cannot be understood: guessing could lose or mix up data
     */
    public Content scan() throws IOException {
        List<TopicPartition> partitions = new ArrayList<>();
        List<Path> leftovers = new ArrayList<>();
        for (Path entry : disk.list(path)) {
            String name = entry.getFileName().toString();
            if (OTHERS.contains(name) || !disk.isDirectory(entry)) {
                continue;
            }
            if (PartitionDirectory.isLeftover(name)) {
                leftovers.add(entry);
                continue;
            }
            PartitionDirectory.Name parsed = PartitionDirectory.Name.parse(name);
            if (parsed == null) {
                throw new IOException(
                        "the directory " + entry + " is not a partition (its name is not <topic>-<number>)."
                                + " Move it out of the data directory, or choose another data directory.");
            }
            PartitionMetadataFile.Content content = metadata.read(entry)
                    .orElseThrow(() -> new IOException("the partition directory " + entry + " has no readable "
                            + PartitionMetadataFile.NAME + ", so it is not known to which topic its records belong."
                            + (name.equals(METADATA_LOG)
                                    ? " It is the log of the cluster's metadata. Restore that file from a backup; or, when"
                                            + " other nodes have the data, move the whole data directory away and start"
                                            + " with an empty one."
                                    : " Restore that file from a backup, or move the directory away.")));
            partitions.add(new TopicPartition(content.topicId(), parsed.topic(), parsed.partition()));
        }
        return new Content(partitions, leftovers);
    }

    /** Makes the directory of a new partition. Durable on return. */
    public void create(TopicPartition partition, long nowMs) throws IOException {
        Path live = of(partition);
        Path made = PartitionDirectory.beingMade(path, partition);
        remove(made);
        disk.createDirectories(made);
        metadata.write(made, new PartitionMetadataFile.Content(partition.topicId(), nowMs));
        disk.rename(made, live);
        disk.forceDirectory(path);
    }

    /** Takes a partition's directory out of the way, durably; returns where it is now, to be removed later. */
    public Path delete(TopicPartition partition) throws IOException {
        Path deleted = PartitionDirectory.deleted(path, partition, 0);
        // An earlier one of the same id may not have been removed yet.
        for (int again = 1; disk.exists(deleted); again++) {
            deleted = PartitionDirectory.deleted(path, partition, again);
        }
        disk.rename(of(partition), deleted);
        disk.forceDirectory(path);
        return deleted;
    }

    /** Removes a directory with everything in it; interrupted, it goes on at the next start. */
    public void remove(Path directory) throws IOException {
        if (!disk.exists(directory)) {
            return;
        }
        for (Path file : disk.list(directory)) {
            disk.delete(file);
        }
        disk.delete(directory);
    }
}
