package io.millrace.storage.journal;

import io.millrace.storage.file.BlockFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one journal, used round and round: a file is free again once a checkpoint has forced everything that is in it.
 * New ones are made ahead of need, in the background, as filling one takes a while. They are reused oldest first, so that
 * whatever can still be read of old groups is a run without holes.
 *
 * <p>Thread-safe: the shard takes files, the housekeeping thread makes and frees them.
 */
public final class JournalFiles implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JournalFiles.class);

    private final Disk disk;
    private final Path directory;
    private final long reserveBytes;
    private final int shard;
    private final int fileBytes;
    private final int filesMax;
    private final Executor background;
    private final Runnable checkpoint;

    private final ArrayDeque<BlockFile> free = new ArrayDeque<>();
    private final ArrayDeque<BlockFile> used = new ArrayDeque<>();

    /** Counts the files that were ever taken into use: names a place in the journal. */
    private long taken;

    private int made;

    /** Whether the background has been asked for one. */
    private boolean making;

    /** Held while a file is made, so that two threads do not make the same one. */
    private final Object oneAtATime = new Object();

    /** Said once, until it goes well again. */
    private boolean makingFailed;

    private boolean closed;

    /**
     * @param reserveBytes free disk space that is left alone
     * @param background makes files
     * @param checkpoint asked for when half of the files are in use; must return at once
     */
    JournalFiles(
            Disk disk,
            Path directory,
            long reserveBytes,
            int shard,
            int fileBytes,
            int filesMax,
            Executor background,
            Runnable checkpoint) {
        this.disk = disk;
        this.directory = directory;
        this.reserveBytes = reserveBytes;
        this.shard = shard;
        this.fileBytes = fileBytes;
        this.filesMax = filesMax;
        this.background = background;
        this.checkpoint = checkpoint;
    }

    int fileBytes() {
        return fileBytes;
    }

    /** The file to go on in, or null when none is free at the moment. Shard thread. */
    synchronized BlockFile next() {
        BlockFile next = free.pollFirst();
        if (next != null) {
            used.addLast(next);
            taken++;
        }
        if (free.isEmpty()) {
            prepare();
        }
        if (next == null || used.size() * 2 >= filesMax) {
            checkpoint.run();
        }
        return next;
    }

    /** Has a file made in the background, if there may be another one. */
    public synchronized void prepare() {
        if (!making && made < filesMax && !closed) {
            making = true;
            background.execute(this::make);
        }
    }

    /** Makes a file on this thread, unless one is free by then. */
    void makeNow() {
        synchronized (oneAtATime) {
            synchronized (this) {
                if (!free.isEmpty() || made >= filesMax) {
                    return;
                }
            }
            makeOne();
        }
    }

    private void make() {
        synchronized (oneAtATime) {
            makeOne();
        }
    }

    private void makeOne() {
        int number;
        synchronized (this) {
            if (closed || made >= filesMax) {
                making = false;
                return;
            }
            number = made;
        }
        BlockFile file = null;
        try {
            Path path = JournalDirectory.file(directory, shard, number);
            requireSpace(path);
            file = open(path);
        } catch (IOException e) {
            // Most likely the disk is full. Appends force their segments meanwhile, which is slower but as safe.
            if (!makingFailed) {
                log.warn("A journal file could not be made in {}; that is tried again", directory, e);
            }
        }
        synchronized (this) {
            making = false;
            makingFailed = file == null;
            if (file == null) {
                return;
            }
            made++;
            if (closed) {
                close(file);
            } else {
                free.addLast(file);
            }
        }
    }

    /** A file whose name is not durable is of no use: what is written to it can be gone with it. */
    private BlockFile open(Path path) throws IOException {
        BlockFile opened = disk.openBlocks(path, fileBytes);
        try {
            disk.forceDirectory(directory);
        } catch (IOException e) {
            close(opened);
            throw e;
        }
        return opened;
    }

    /** A file that is there already takes no more space. */
    private void requireSpace(Path path) throws IOException {
        if (!disk.exists(path) && disk.usableBytes(directory) - fileBytes < reserveBytes) {
            throw new IOException("another " + fileBytes + " bytes would take the disk below its reserve of "
                    + reserveBytes + " bytes");
        }
    }

    /** A place in the journal: everything written before the call is in files before it or in the last one before it. */
    public synchronized long mark() {
        return taken;
    }

    /** Frees the files before a mark, except the one that was in use then. */
    public synchronized void release(long mark) {
        while (!used.isEmpty() && taken - used.size() + 1 < mark) {
            free.addLast(used.pollFirst());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        List<BlockFile> all = new ArrayList<>(free);
        all.addAll(used);
        free.clear();
        used.clear();
        all.forEach(JournalFiles::close);
    }

    private static void close(BlockFile file) {
        try {
            file.close();
        } catch (IOException e) {
            log.debug("A journal file could not be closed", e);
        }
    }
}
