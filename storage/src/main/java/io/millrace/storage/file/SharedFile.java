package io.millrace.storage.file;

import io.millrace.storage.LogException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file with several users, open while somebody uses it and, as far as {@link OpenFiles} has room, afterwards. A file that is
 * given up (its segment was deleted) stays open until its last user leaves.
 *
 * <p>Thread-safe.
 */
public final class SharedFile {

    private final OpenFiles pool;
    private final Path path;
    private DiskFile file;
    private int users;
    private boolean givenUp;

    public SharedFile(OpenFiles pool, Path path) {
        this.pool = pool;
        this.path = path;
    }

    public Path path() {
        return path;
    }

    /** Opens the file if need be. Every call is followed by one {@link #release()}. */
    public DiskFile acquire() throws IOException {
        boolean opened = false;
        DiskFile result;
        synchronized (this) {
            if (givenUp) {
                throw new LogException.Closed("the file " + path.getFileName() + " was deleted or its log was closed");
            }
            if (file == null) {
                file = pool.disk().open(path, Disk.Mode.APPEND);
                opened = true;
            }
            users++;
            result = file;
        }
        if (opened) {
            pool.opened(this);
        }
        return result;
    }

    /** Another hold for somebody who has one already; works also after the file was given up. */
    synchronized DiskFile retain() {
        if (users == 0) {
            throw new IllegalStateException(path + " is retained by somebody who has let it go");
        }
        users++;
        return file;
    }

    public void release() {
        boolean closed = false;
        synchronized (this) {
            users--;
            if (users == 0 && givenUp) {
                closed = closeFile();
            }
        }
        if (closed) {
            pool.forget(this);
        }
    }

    /** No new users from now on; the file is closed when the present ones are gone. */
    public void giveUp() {
        boolean closed = false;
        synchronized (this) {
            givenUp = true;
            if (users == 0) {
                closed = closeFile();
            }
        }
        if (closed) {
            pool.forget(this);
        }
    }

    /** Called by the pool, which holds its lock. */
    synchronized boolean closeIfUnused() {
        if (users > 0) {
            return false;
        }
        closeFile();
        return true;
    }

    private boolean closeFile() {
        if (file == null) {
            return false;
        }
        try {
            file.close();
        } catch (IOException e) {
            // Nothing is lost: what counts was forced before, and forcing reports its own errors.
        }
        file = null;
        return true;
    }
}
