package io.millrace.storage.crash.disk;

import io.millrace.storage.crash.disk.CrashNames.Directory;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.file.BlockFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A disk in memory that can crash. Every change is counted; {@link #crashAtOperation} kills the process (or the machine) in the
 * middle of one, after which everything fails, and {@link #reboot} gives the disk as it is found afterwards, as often as
 * wanted, each time with another seed:
 *
 * <ul>
 *   <li>data that was not forced survives in any subset of pieces of 512 or 4096 bytes; a file can have grown without its data;
 *   <li>names that were not forced (by forcing their directory, nothing else) survive in any subset, a rename as a whole;
 *   <li>blocks written durably survive, except those of the one write in which the crash came: any subset;
 *   <li>when only the process died, everything survives, and a part of what was under way.
 * </ul>
 */
public final class CrashDisk implements Disk {

    /** When every file was last written. */
    public static final long NOW_MS = 1_700_000_000_000L;

    private static final String DEAD = "the process is dead";

    private final CrashNames names;
    private final int boot;
    private final Set<Path> locks = new HashSet<>();
    private Faults faults = Faults.NONE;
    private long operations;
    private long crashAt = Long.MAX_VALUE;
    private volatile boolean dead;
    private DiskOperation last;
    private long capacityBytes = Long.MAX_VALUE;

    public CrashDisk() {
        this(new CrashNames(), 1);
    }

    private CrashDisk(CrashNames names, int boot) {
        this.names = names;
        this.boot = boot;
    }

    /** The operation with that number is interrupted, and everything after it fails. Numbers begin with 1. */
    public synchronized void crashAtOperation(long number) {
        crashAt = number;
    }

    /** The process dies now, in the middle of nothing. */
    public synchronized void die() {
        dead = true;
    }

    public boolean isDead() {
        return dead;
    }

    /** How many changes there were. */
    public synchronized long operations() {
        return operations;
    }

    /** The newest change: after a crash the one in which it came. */
    public synchronized DiskOperation last() {
        return last;
    }

    public synchronized void faults(Faults newFaults) {
        faults = newFaults;
    }

    /** Bytes that all files may have together. */
    public synchronized void capacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    /**
     * The disk as it is found after the crash. Can be called again, with another seed.
     *
     * @param powerCut true when the machine lost its memory (the boot id changes), false when only the process died
     */
    public synchronized CrashDisk reboot(long seed, boolean powerCut) {
        return new CrashDisk(names.after(new Survival(seed, powerCut)), powerCut ? boot + 1 : boot);
    }

    /** The bytes of a file as processes see them, for looking and for {@link #damage}. */
    public synchronized byte[] bytes(Path file) throws IOException {
        Pages seen = file(file).seen();
        ByteBuffer all = ByteBuffer.allocate((int) seen.sizeBytes());
        seen.read(all, 0);
        return all.array();
    }

    /** Replaces what is in a file, on the disk too, and makes the file if need be: bit rot, or somebody's hand. */
    public synchronized void damage(Path path, byte[] bytes) {
        if (!(names.find(path) instanceof CrashFile)) {
            names.set(path, new CrashFile(), false);
            names.force(path.getParent());
        }
        Pages pages = new Pages();
        pages.write(0, bytes);
        ((CrashFile) names.find(path)).damage(pages);
    }

    /** Removes a file, on the disk too. */
    public synchronized void lose(Path path) {
        names.set(path, null, false);
        names.force(path.getParent());
    }

    /** Something that changes the disk: what it does, and what is left of it when the process dies in it or it fails. */
    interface Effect {
        void happen();

        /** Half of it, or none: what a failure leaves. */
        default void happenInPart() {}

        /** It only seems to happen. */
        default void seem() {}

        /** The process dies in the middle of it. */
        void die();
    }

    void change(Kind kind, Path path, Effect effect) throws IOException {
        requireAlive();
        last = new DiskOperation(kind, path, ++operations);
        if (operations >= crashAt) {
            dead = true;
            effect.die();
            throw new IOException(DEAD);
        }
        switch (faults.of(last)) {
            case DONE -> effect.happen();
            case ONLY_CLAIMED -> effect.seem();
            case IO_ERROR -> {
                effect.happenInPart();
                throw new IOException("Input/output error");
            }
            case NO_SPACE -> {
                effect.happenInPart();
                throw new IOException("No space left on device");
            }
        }
    }

    private void requireAlive() throws IOException {
        if (dead) {
            throw new IOException(DEAD);
        }
    }

    /** Free space as far as the capacity goes. */
    long freeBytes() {
        return capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : capacityBytes - usedBytes(names.find(Path.of("/")));
    }

    private static long usedBytes(Object node) {
        if (node instanceof CrashFile file) {
            return file.seen().sizeBytes();
        }
        long sum = 0;
        for (Object child : ((Directory) node).entries.values()) {
            sum += usedBytes(child);
        }
        return sum;
    }

    private void changeName(Kind kind, Path path, NameChange change) throws IOException {
        change(kind, path, new Effect() {
            @Override
            public void happen() {
                change.apply(false);
            }

            @Override
            public void die() {
                change.apply(true);
            }
        });
    }

    private interface NameChange {
        void apply(boolean dies);
    }

    @Override
    public synchronized DiskFile open(Path path, Mode mode) throws IOException {
        requireAlive();
        if (mode != Mode.CREATE) {
            return new CrashDiskFile(this, path, file(path));
        }
        if (names.find(path) instanceof CrashFile there) {
            CrashDiskFile file = new CrashDiskFile(this, path, there);
            file.truncate(0);
            return file;
        }
        return new CrashDiskFile(this, path, create(path));
    }

    private CrashFile create(Path path) throws IOException {
        directory(path.toAbsolutePath().getParent());
        CrashFile made = new CrashFile();
        changeName(Kind.CREATE, path, dies -> names.set(path, made, dies));
        return made;
    }

    @Override
    public synchronized BlockFile openBlocks(Path path, long sizeBytes) throws IOException {
        requireAlive();
        CrashFile file = names.find(path) instanceof CrashFile there ? there : create(path);
        CrashBlockFile blocks = new CrashBlockFile(this, path, file);
        blocks.fillUpTo(sizeBytes);
        return blocks;
    }

    @Override
    public String bootId() {
        return "boot-" + boot;
    }

    @Override
    public synchronized boolean exists(Path path) throws IOException {
        requireAlive();
        return names.find(path) != null;
    }

    @Override
    public synchronized boolean isDirectory(Path path) throws IOException {
        requireAlive();
        return names.find(path) instanceof Directory;
    }

    @Override
    public synchronized long sizeBytes(Path file) throws IOException {
        requireAlive();
        return file(file).seen().sizeBytes();
    }

    @Override
    public synchronized long lastModifiedMs(Path file) throws IOException {
        requireAlive();
        file(file);
        return NOW_MS;
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        requireAlive();
        Path absolute = directory.toAbsolutePath();
        if (names.find(absolute) instanceof Directory) {
            return;
        }
        createDirectories(absolute.getParent());
        changeName(Kind.CREATE_DIRECTORY, absolute, dies -> names.set(absolute, new Directory(), dies));
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        requireAlive();
        List<Path> found = new ArrayList<>();
        directory(directory).entries.keySet().forEach(name -> found.add(directory.resolve(name)));
        return found;
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        requireAlive();
        if (names.find(from) == null) {
            throw new NoSuchFileException(from.toString());
        }
        directory(to.toAbsolutePath().getParent());
        changeName(Kind.RENAME, to, dies -> names.rename(from, to, dies));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        requireAlive();
        Object node = names.find(path);
        if (node == null) {
            return;
        }
        if (node instanceof Directory directory && !directory.entries.isEmpty()) {
            throw new IOException("Directory not empty: " + path);
        }
        changeName(Kind.DELETE, path, dies -> names.set(path, null, dies));
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        requireAlive();
        directory(directory);
        change(Kind.FORCE_DIRECTORY, directory, new Effect() {
            @Override
            public void happen() {
                names.force(directory);
            }

            @Override
            public void die() {
                // Any subset of the names was written: no more than what a crash leaves without it.
            }
        });
    }

    @Override
    public synchronized long usableBytes(Path path) {
        return freeBytes();
    }

    @Override
    public synchronized Closeable lock(Path file) throws IOException {
        requireAlive();
        if (!locks.add(file)) {
            throw new IOException("another process uses this data directory: " + file.getParent());
        }
        return () -> unlock(file);
    }

    private synchronized void unlock(Path file) {
        locks.remove(file);
    }

    private CrashFile file(Path path) throws IOException {
        if (names.find(path) instanceof CrashFile file) {
            return file;
        }
        throw new NoSuchFileException(path.toString());
    }

    private Directory directory(Path path) throws IOException {
        if (names.find(path) instanceof Directory directory) {
            return directory;
        }
        throw new NoSuchFileException(path.toString());
    }
}
