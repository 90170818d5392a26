package io.millrace.storage.inspect;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.LockProbe;
import io.millrace.storage.journal.JournalDirectory;
import io.millrace.storage.journal.JournalIndex;
import io.millrace.storage.journal.JournalReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a data directory says about itself, which decides what a doubtful end of a log means.
 *
 * @param running a node is at work on it: the ends of its logs move
 * @param clean the last stop was in order: nothing may be torn
 * @param powerCut the machine was started again since: what was not forced may be there in any parts
 * @param recoveryPoints below them everything was on the disk
 * @param journal what was durable beyond that; empty beside a running node, which is writing it
 */
record DirectoryState(
        boolean running,
        boolean clean,
        boolean powerCut,
        Map<RecoveryPoints.Key, RecoveryPoints.Point> recoveryPoints,
        JournalIndex journal) {

    static final String LOCK_FILE = ".lock";

    /** Below it everything of the partition was on the disk; 0 when that is not known. */
    long recoveryPoint(TopicPartition partition) {
        RecoveryPoints.Point point = recoveryPoints.get(RecoveryPoints.Key.of(partition));
        return point == null ? 0 : point.offset();
    }

    static DirectoryState of(Disk disk, Path dataDirectory) throws IOException {
        boolean running = LockProbe.isHeld(dataDirectory.resolve(LOCK_FILE));
        boolean clean = !running && isSound(disk, dataDirectory.resolve(CleanShutdownMarker.NAME));
        boolean powerCut = false;
        Map<RecoveryPoints.Key, RecoveryPoints.Point> points = Map.of();
        if (isSound(disk, dataDirectory.resolve(RecoveryPoints.NAME))) {
            RecoveryPoints.Content content = new RecoveryPoints(disk, dataDirectory).read();
            powerCut = content.isOfAnotherBoot(disk);
            points = content.points();
        }
        JournalIndex journal = running || clean
                ? new JournalIndex(disk)
                : new JournalReader(new JournalDirectory(disk, dataDirectory)).read();
        return new DirectoryState(running, clean, powerCut, points, journal);
    }

    private static boolean isSound(Disk disk, Path smallFile) throws IOException {
        return disk.exists(smallFile) && SmallFileDump.doubt(disk, smallFile).isEmpty();
    }
}
