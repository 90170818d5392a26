package io.millrace.storage.journal;

import io.millrace.storage.file.BlockFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code journal/} in a data directory: a few files for each shard, {@code <shard>-<number>.journal}. */
public final class JournalDirectory {

    public static final String NAME = "journal";

    /** Filling one takes some milliseconds; a file for every 16 MiB is few enough to list. */
    private static final int FILE_BYTES_MAX = 16 << 20;

    private static final int FILE_BYTES_MIN = 16 * BlockFile.BLOCK_BYTES;

    /** Fewer could not be written and checkpointed at the same time. */
    private static final int FILES_MIN = 4;

    private static final Pattern FILE = Pattern.compile("([0-9]{1,4})-([0-9]{1,6})\\.journal");

    private final Disk disk;
    private final Path path;
    private final long reserveBytes;

    public JournalDirectory(Disk disk, Path dataDirectory) {
        this(disk, dataDirectory, 0);
    }

    /**
     * @param reserveBytes free disk space that new journal files leave alone
     */
    public JournalDirectory(Disk disk, Path dataDirectory, long reserveBytes) {
        this.disk = disk;
        this.path = dataDirectory.resolve(NAME);
        this.reserveBytes = reserveBytes;
    }

    Disk disk() {
        return disk;
    }

    /** All journal files, of whatever shard. */
    List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        if (disk.exists(path)) {
            for (Path file : disk.list(path)) {
                if (FILE.matcher(file.getFileName().toString()).matches()) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    static Path file(Path directory, int shard, int number) {
        return directory.resolve(String.format("%02d-%03d.journal", shard, number));
    }

    /**
     * The files of a shard, in which nothing is left that counts. Those of an earlier run are used again.
     *
     * @param journalBytes of this shard's files at most
     */
    public JournalFiles open(int shard, long journalBytes, Executor background, Runnable checkpoint)
            throws IOException {
        if (!disk.exists(path)) {
            disk.createDirectories(path);
            disk.forceDirectory(path.getParent());
        }
        long wanted = Math.max(FILE_BYTES_MIN, Math.min(FILE_BYTES_MAX, journalBytes / FILES_MIN));
        int fileBytes = (int) (wanted / BlockFile.BLOCK_BYTES * BlockFile.BLOCK_BYTES);
        int filesMax = (int) Math.max(FILES_MIN, Math.min(Short.MAX_VALUE, journalBytes / fileBytes));
        JournalFiles files =
                new JournalFiles(disk, path, reserveBytes, shard, fileBytes, filesMax, background, checkpoint);
        files.prepare();
        return files;
    }

    /** Removes the files of shards that there are no more, or of all of them when there are to be no journals. */
    public void removeUnused(int shards, long journalBytesPerShard) throws IOException {
        for (Path file : files()) {
            Matcher name = FILE.matcher(file.getFileName().toString());
            if (name.matches() && (journalBytesPerShard <= 0 || Integer.parseInt(name.group(1)) >= shards)) {
                disk.delete(file);
            }
        }
    }
}
