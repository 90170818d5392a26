package io.millrace.storage.file;

import java.util.ArrayDeque;

/**
 * Bounds the number of files that are open at one time. A {@link SharedFile} opens when it is used; over the limit, files that
 * nobody uses at the moment are closed, oldest first. Files in use are never closed, so the limit can be passed by what is
 * in use at one time; somebody is told then, who can make them be used no more.
 *
 * <p>Thread-safe. Locks are taken in the order pool, then file; a file never calls the pool with its own lock held.
 */
public final class OpenFiles {

    private final Disk disk;
    private final int openMax;
    private final Runnable crowded;
    private final ArrayDeque<SharedFile> open = new ArrayDeque<>();

    /**
     * @param openMax how many may be open beside those in use
     * @param crowded called when more than that are in use; must return at once
     */
    public OpenFiles(Disk disk, int openMax, Runnable crowded) {
        this.disk = disk;
        this.openMax = openMax;
        this.crowded = crowded;
    }

    Disk disk() {
        return disk;
    }

    synchronized void opened(SharedFile file) {
        open.addLast(file);
        for (int looked = open.size(); open.size() > openMax && looked > 0; looked--) {
            SharedFile oldest = open.removeFirst();
            if (!oldest.closeIfUnused()) {
                open.addLast(oldest);
            }
        }
        if (open.size() > openMax) {
            crowded.run();
        }
    }

    synchronized void forget(SharedFile file) {
        open.remove(file);
    }

    /** Closes every file that nobody uses at the moment, after a time in which many were looked at once. */
    public synchronized void closeUnused() {
        open.removeIf(SharedFile::closeIfUnused);
    }

    /** How many files are open, for tests and diagnosis. */
    public synchronized int openCount() {
        return open.size();
    }
}
