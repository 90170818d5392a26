package io.millrace.storage.inspect;

import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.LockProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a data directory says about itself, which decides what a doubtful end of a log means.
 *
 * @param running a node is at work on it: the ends of its logs move
 * @param clean the last stop was in order: nothing may be torn
 * @param recoveryPoints below them everything was on the disk
 */
record DirectoryState(boolean running, boolean clean, Map<RecoveryPoints.Key, Long> recoveryPoints) {

    static final String LOCK_FILE = ".lock";

    static DirectoryState of(Disk disk, Path dataDirectory) throws IOException {
        boolean running = LockProbe.isHeld(dataDirectory.resolve(LOCK_FILE));
        Path marker = dataDirectory.resolve(CleanShutdownMarker.NAME);
        boolean clean = !running
                && disk.exists(marker)
                && SmallFileDump.doubt(disk, marker).isEmpty();
        Path points = dataDirectory.resolve(RecoveryPoints.NAME);
        boolean readable =
                disk.exists(points) && SmallFileDump.doubt(disk, points).isEmpty();
        return new DirectoryState(
                running,
                clean,
                readable ? new RecoveryPoints(disk, dataDirectory).read().offsets() : Map.of());
    }
}
