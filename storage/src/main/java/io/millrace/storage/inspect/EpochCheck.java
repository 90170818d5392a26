package io.millrace.storage.inspect;

import io.millrace.storage.epoch.EpochStart;
import io.millrace.storage.epoch.LeaderEpochFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The leader epochs in the batches, against the file that says where each began. */
final class EpochCheck {

    /** Where the epoch of the batches changes: few, however long the log is. */
    private record Change(int leaderEpoch, long baseOffset, Path segment, int position) {}

    private final List<Change> changes = new ArrayList<>();
    private int last = Integer.MIN_VALUE;

    /** Takes a sound batch; in the order of the log. */
    void batch(int leaderEpoch, long baseOffset, Path segment, int position) {
        if (leaderEpoch != last) {
            changes.add(new Change(leaderEpoch, baseOffset, segment, position));
            last = leaderEpoch;
        }
    }

    /** Compares with what the file says, which knows nothing of what lies below the log start. */
    void compare(List<EpochStart> epochs, long logStartOffset, Path directory, Findings findings) {
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            boolean deleted = i + 1 < changes.size() && changes.get(i + 1).baseOffset() <= logStartOffset;
            if (deleted || change.leaderEpoch() < 0) {
                continue;
            }
            long from = Math.max(change.baseOffset(), logStartOffset);
            int expected = epochAt(epochs, from);
            if (expected != change.leaderEpoch()) {
                findings.damage(
                        change.segment(),
                        change.position(),
                        "the batch at offset " + change.baseOffset() + " has leader epoch " + change.leaderEpoch()
                                + ", but "
                                + directory.resolve(LeaderEpochFile.NAME).getFileName() + " says "
                                + (expected < 0 ? "none" : String.valueOf(expected)) + " for offset " + from,
                        "Replicas could be cut at the wrong offset. Stop the node, remove "
                                + LeaderEpochFile.NAME + " and "
                                + "clean-shutdown, and start it: the file is rebuilt from"
                                + " the batches.");
            }
        }
    }

    private static int epochAt(List<EpochStart> epochs, long offset) {
        int found = -1;
        for (EpochStart epoch : epochs) {
            if (epoch.startOffset() <= offset) {
                found = epoch.leaderEpoch();
            }
        }
        return found;
    }
}
