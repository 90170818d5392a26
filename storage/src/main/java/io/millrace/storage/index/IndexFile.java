package io.millrace.storage.index;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.file.SharedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries of one size: the older ones in a file, the newest in memory until there are enough for a write. An index that
 * nothing is added to takes no memory for entries, and its file is only open while it is used.
 *
 * <pre>
 *  0        4         6            8            16
 * +--------+---------+------------+------------+-------------+-- at the end, once it is complete ---+
 * | kind   | version | entryBytes | baseOffset | entries ... | "MLIE" | entry count | zero          |
 * +--------+---------+------------+------------+-------------+--------+-------------+---------------+
 * </pre>
 *
 * <p>One thread adds, forces and truncates; entries may be read beside it on any thread.
 */
final class IndexFile {

    static final int HEADER_BYTES = 16;
    static final short VERSION = 1;

    /** Entries kept in memory before they are written: at the default interval a write for every 2 MiB of log. */
    private static final int PENDING_MAX = 512;

    private static final int PENDING_FIRST = 8;

    private static final Logger log = LoggerFactory.getLogger(IndexFile.class);

    static final int TRAILER_BYTES = 12;
    static final int TRAILER_KIND = AtomicFile.fourCharacters("MLIE");

    private final Disk disk;
    private final SharedFile file;
    private final int kind;
    private final int entryBytes;
    private final long baseOffset;

    /** Guards the next two fields. Never held during a read of the file. */
    private final Object lock = new Object();

    private int storedCount;
    private ByteBuffer pending;
    private boolean fileExists;

    /** Whether the file ends with the mark that nothing is missing. */
    private boolean complete;

    /** Whether {@link #pin} holds the file. */
    private boolean pinned;

    /** Said once. */
    private boolean writeFailed;

    private IndexFile(Disk disk, OpenFiles files, Path path, int kind, int entryBytes, long baseOffset) {
        this.disk = disk;
        this.file = new SharedFile(files, path);
        this.kind = kind;
        this.entryBytes = entryBytes;
        this.baseOffset = baseOffset;
    }

    /** An index without entries; a file that is there is replaced when the first entries are written. */
    static IndexFile empty(Disk disk, OpenFiles files, Path path, int kind, int entryBytes, long baseOffset) {
        return new IndexFile(disk, files, path, kind, entryBytes, baseOffset);
    }

    /**
     * The index in a file, or null when the file is missing, not one that belongs here, or incomplete.
     *
     * @param unfinished takes an incomplete one too, as far as it goes
     */
    static IndexFile open(
            Disk disk, OpenFiles files, Path path, int kind, int entryBytes, long baseOffset, boolean unfinished)
            throws IOException {
        if (!disk.exists(path)) {
            return null;
        }
        IndexFile index = new IndexFile(disk, files, path, kind, entryBytes, baseOffset);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES);
        long entriesBytes;
        DiskFile in = index.file.acquire();
        try {
            entriesBytes = in.sizeBytes() - HEADER_BYTES - TRAILER_BYTES;
            in.read(header, 0);
            in.read(trailer, HEADER_BYTES + Math.max(0, entriesBytes));
        } finally {
            index.file.release();
        }
        boolean complete = entriesBytes >= 0
                && trailer.getInt(0) == TRAILER_KIND
                && trailer.getInt(4) * (long) entryBytes == entriesBytes;
        if (!complete && (!unfinished || entriesBytes + TRAILER_BYTES < 0)
                || header.getInt(0) != kind
                || header.getShort(4) != VERSION
                || header.getShort(6) != entryBytes
                || header.getLong(8) != baseOffset) {
            index.file.giveUp();
            return null;
        }
        index.fileExists = true;
        index.complete = complete;
        index.storedCount = complete ? trailer.getInt(4) : (int) ((entriesBytes + TRAILER_BYTES) / entryBytes);
        return index;
    }

    int count() {
        synchronized (lock) {
            return storedCount + pendingCount();
        }
    }

    /** Copies entry {@code i} to the start of {@code target}. */
    void read(int i, ByteBuffer target) throws IOException {
        target.clear().limit(entryBytes);
        synchronized (lock) {
            if (i >= storedCount) {
                if (i - storedCount >= pendingCount()) {
                    throw cut();
                }
                target.put(0, pending, (i - storedCount) * entryBytes, entryBytes);
                return;
            }
        }
        DiskFile in = file.acquire();
        try {
            if (in.read(target, HEADER_BYTES + (long) i * entryBytes) < entryBytes) {
                throw cut();
            }
        } finally {
            file.release();
        }
        target.flip();
    }

    /**
     * Adds an entry, from position to limit of {@code entry}. Writes to the file now and then; when that fails (a full disk)
     * the entries stay in memory and the write is tried again with the next one.
     */
    void add(ByteBuffer entry) {
        complete = false;
        synchronized (lock) {
            if (pending == null) {
                pending = ByteBuffer.allocate(PENDING_FIRST * entryBytes);
            } else if (!pending.hasRemaining()) {
                pending = ByteBuffer.allocate(pending.capacity() * 2).put(pending.flip());
            }
            pending.put(entry);
        }
        if (pendingCount() >= PENDING_MAX) {
            try {
                write();
            } catch (IOException e) {
                if (!writeFailed) {
                    log.warn("The index {} could not be written and is kept in memory", file.path(), e);
                }
                writeFailed = true;
            }
        }
    }

    /** Writes what is in memory to the file, without forcing it. */
    void write() throws IOException {
        if (pendingCount() == 0 && fileExists) {
            return;
        }
        if (!fileExists) {
            try (DiskFile created = disk.open(file.path(), Disk.Mode.CREATE)) {
                ByteBuffer header =
                        ByteBuffer.allocate(HEADER_BYTES).putInt(kind).putShort(VERSION);
                created.append(
                        header.putShort((short) entryBytes).putLong(baseOffset).flip());
            }
            fileExists = true;
        }
        DiskFile out = file.acquire();
        try {
            long end = HEADER_BYTES + (long) storedCount * entryBytes;
            if (out.sizeBytes() != end) {
                out.truncate(end);
            }
            if (pending != null) {
                out.append(pending.duplicate().flip());
            }
        } finally {
            file.release();
        }
        synchronized (lock) {
            storedCount += pendingCount();
            pending = null;
        }
    }

    /** Writes, marks the file as complete and forces it. More can be added later, which takes the mark away. */
    void force() throws IOException {
        if (complete) {
            return;
        }
        write();
        DiskFile out = file.acquire();
        try {
            long end = HEADER_BYTES + (long) storedCount * entryBytes;
            if (out.sizeBytes() != end) {
                out.truncate(end);
            }
            ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES).putInt(TRAILER_KIND);
            out.append(trailer.putInt(storedCount).putInt(0).flip());
            out.force();
        } finally {
            file.release();
        }
        complete = true;
    }

    /** Keeps the first {@code count} entries. */
    void truncate(int count) throws IOException {
        complete = false;
        synchronized (lock) {
            if (count >= storedCount) {
                if (pending != null) {
                    pending.position(Math.min(pending.position(), (count - storedCount) * entryBytes));
                }
                return;
            }
            pending = null;
            storedCount = count;
        }
        DiskFile out = file.acquire();
        try {
            out.truncate(HEADER_BYTES + (long) count * entryBytes);
        } finally {
            file.release();
        }
    }

    /** Keeps the file open, whatever happens to its name, until {@link #unpin()}. Not for an index that grows. */
    void pin() throws IOException {
        if (fileExists) {
            DiskFile open = file.acquire();
            pinned = true;
            open.keepOpen();
        }
    }

    void unpin() {
        if (pinned) {
            pinned = false;
            file.release();
        }
    }

    void delete() throws IOException {
        file.giveUp();
        disk.delete(file.path());
    }

    void close() {
        file.giveUp();
    }

    private IOException cut() {
        return new IOException("the index " + file.path() + " was cut while it was read");
    }

    private int pendingCount() {
        return pending == null ? 0 : pending.position() / entryBytes;
    }
}
