package io.millrace.storage.log;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.epoch.EpochStart;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.epoch.LeaderEpochFile;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings the epochs of a log back: from their file, or from the batch headers when the file is missing or behind. */
final class EpochRecovery {

    private EpochRecovery() {}

    /** @param newestEpoch the epoch of the last batch, or -1 when it is not known */
    static LeaderEpochCache recover(LeaderEpochFile file, LogState state, int newestEpoch) throws IOException {
        long end = state.end().offset();
        Optional<List<EpochStart>> stored = file.read();
        if (stored.isPresent()) {
            List<EpochStart> epochs = new ArrayList<>(stored.get());
            // An epoch that began above the end began on records that the crash took.
            epochs.removeIf(epoch -> epoch.startOffset() > end);
            int last = epochs.isEmpty() ? -1 : epochs.get(epochs.size() - 1).leaderEpoch();
            if (newestEpoch <= last) {
                LeaderEpochCache cache = new LeaderEpochCache(file, stored.get());
                // In the file too: the log will grow over the place where they began, under another epoch.
                cache.replaceAll(epochs);
                return cache;
            }
        }
        LeaderEpochCache rebuilt = new LeaderEpochCache(file, List.of());
        rebuilt.replaceAll(fromHeaders(state));
        return rebuilt;
    }

    private static List<EpochStart> fromHeaders(LogState state) throws IOException {
        List<EpochStart> epochs = new ArrayList<>();
        int[] last = {-1};
        for (Segment segment : state.segments().values()) {
            new SegmentReader(segment).visit(0, segment.sizeBytes(), (window, at, position) -> {
                int epoch = BatchHeader.leaderEpoch(window, at);
                if (epoch > last[0]) {
                    epochs.add(new EpochStart(epoch, BatchHeader.baseOffset(window, at)));
                    last[0] = epoch;
                }
                return true;
            });
        }
        return epochs;
    }
}
