package io.millrace.storage.directory;

import io.millrace.storage.LogException;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the data directory may be written to. It goes offline once and for all at the first failed fsync (replication rule:
 * an fsync failure is final, since the kernel may have dropped what it could not write, and says so only once), and refuses
 * appends for a while when the disk is below its reserve.
 *
 * <p>Thread-safe.
 */
public final class DirectoryHealth {

    /** How old the last look at the free space may be. */
    private static final long SPACE_CHECK_INTERVAL_MS = 1000;

    private static final Logger log = LoggerFactory.getLogger(DirectoryHealth.class);

    private final Disk disk;
    private final Path directory;
    private final long reserveBytes;
    private final Clock clock;
    private final StorageMetrics metrics;
    private final AtomicReference<LogException.DirectoryOffline> offline = new AtomicReference<>();
    private final CopyOnWriteArrayList<Consumer<LogException.DirectoryOffline>> listeners =
            new CopyOnWriteArrayList<>();
    private volatile long nextSpaceCheckMs = Long.MIN_VALUE;
    private volatile boolean belowReserve;
    private volatile long leftAloneBytes;

    public DirectoryHealth(Disk disk, Path directory, long reserveBytes, Clock clock, StorageMetrics metrics) {
        this.disk = disk;
        this.directory = directory;
        this.reserveBytes = reserveBytes;
        this.clock = clock;
        this.metrics = metrics;
    }

    public boolean isOnline() {
        return offline.get() == null;
    }

    /** Throws when the directory is offline. */
    public void requireOnline() {
        LogException.DirectoryOffline failure = offline.get();
        if (failure != null) {
            throw failure;
        }
    }

    /** From now on so much is left free, also with a smaller reserve: it is meant for logs that may use the reserve. */
    public void leaveAlone(long bytes) {
        leftAloneBytes = bytes;
        expectSpaceChange();
    }

    private long reserveBytes() {
        return Math.max(reserveBytes, leftAloneBytes);
    }

    /** Throws when the disk is below its reserve. Looks at the disk once a second at most. */
    public void requireSpace() {
        if (reserveBytes() <= 0) {
            return;
        }
        if (clock.millis() >= nextSpaceCheckMs) {
            checkSpace();
        }
        if (belowReserve) {
            throw new LogException.DiskFull(
                    "the disk of " + directory + " has less than its reserve of " + reserveBytes()
                            + " bytes free: nothing is appended until retention or you free some. Reads go on.",
                    null);
        }
    }

    /** Makes the next append look at the free space: a segment was begun, or a write found the disk full. */
    public void expectSpaceChange() {
        nextSpaceCheckMs = Long.MIN_VALUE;
    }

    private void checkSpace() {
        nextSpaceCheckMs = clock.millis() + SPACE_CHECK_INTERVAL_MS;
        try {
            boolean below = disk.usableBytes(directory) < reserveBytes();
            if (below && !belowReserve) {
                log.error(
                        "The disk of {} is below its reserve of {} bytes: appends are refused",
                        directory,
                        reserveBytes());
                metrics.directoryFailed(directory.toString(), new IOException("below the reserve of free space"));
            } else if (!below && belowReserve) {
                log.info("The disk of {} is above its reserve again: appends are accepted", directory);
            }
            belowReserve = below;
        } catch (IOException e) {
            log.warn("The free space of {} cannot be read", directory, e);
        }
    }

    /** Takes the directory offline until the process is restarted. Returns what every append fails with from now on. */
    public LogException.DirectoryOffline fail(String what, Throwable cause) {
        LogException.DirectoryOffline failure = new LogException.DirectoryOffline(
                "the data directory " + directory + " is offline: " + what
                        + ". Nothing can be appended until the disk is repaired and the node restarted.",
                cause);
        if (!offline.compareAndSet(null, failure)) {
            return offline.get();
        }
        log.error("The data directory {} goes offline: {}", directory, what, cause);
        metrics.directoryFailed(directory.toString(), cause);
        for (Consumer<LogException.DirectoryOffline> listener : listeners) {
            tell(listener, failure);
        }
        return failure;
    }

    /** Calls the listener when the directory goes offline, at once if it is, on the thread that found out. */
    public void onOffline(Consumer<LogException.DirectoryOffline> listener) {
        listeners.add(listener);
        LogException.DirectoryOffline failure = offline.get();
        if (failure != null) {
            tell(listener, failure);
        }
    }

    private static void tell(Consumer<LogException.DirectoryOffline> listener, LogException.DirectoryOffline failure) {
        try {
            listener.accept(failure);
        } catch (RuntimeException e) {
            log.error("A listener for the failure of the data directory failed", e);
        }
    }
}
