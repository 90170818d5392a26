package io.millrace.cluster.quorum;

import io.millrace.storage.checkpoint.LossAccepted;
import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A voter has promised to keep what it acknowledged of the metadata log. One that lost some of it must not come back under its directory id:
 * it would help to elect a leader without records that are committed. Under a new directory id it is a new node, which promised nothing.
 */
final class Promises {

    private static final String WHAT_TO_DO =
            " Move the whole data directory away and start with an empty one: the node joins the cluster again as a new"
                    + " voter, and copies everything that the others have.";

    private Promises() {}

    /** The operator marked the log so that its damaged end would be cut off. */
    static void refuseAcceptedLoss(Disk disk, Path dataDirectory) throws IOException {
        Path log = dataDirectory.resolve(DataDirectory.METADATA_LOG);
        if (disk.exists(log) && new LossAccepted(disk, log).isSet()) {
            throw new IOException(
                    "there is a file " + LossAccepted.NAME + " in " + log + ", but records of the metadata log"
                            + " cannot be given up in place: this node has promised other nodes to keep them. Nothing was changed."
                            + WHAT_TO_DO);
        }
    }

    /** There is no log, in a directory that had one: the vote and snapshots are written after it is made. */
    static void refuseLogGone(Disk disk, Path dataDirectory, MetadataSnapshots snapshots) throws IOException {
        Path log = dataDirectory.resolve(DataDirectory.METADATA_LOG);
        if (disk.exists(log)) {
            return;
        }
        boolean voted = disk.exists(dataDirectory.resolve(VoterStateFile.NAME));
        boolean hadRecords =
                snapshots.latest().filter(latest -> latest.offset() > 0).isPresent();
        if (voted || hadRecords) {
            throw new IOException("the metadata log " + log + " is gone, but "
                    + (voted ? "the file " + VoterStateFile.NAME : "a snapshot of it")
                    + " is still there: this node has promised other nodes to keep records that it has no more. Restore"
                    + " nothing older." + WHAT_TO_DO);
        }
    }
}
