package io.millrace.storage.inspect;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.journal.JournalIndex;
import java.util.List;

/**
 * What it means when the sound part of a log ends before its files do: what a crash leaves behind, and the next start repairs,
 * or damage. The rules are those of recovery (FORMAT.md, "A start after a crash").
 */
final class CrashTail {

    private final DirectoryState state;
    private final TopicPartition partition;
    private final long recoveryPoint;

    /**
     * @param partition null when its directory does not say which one it is
     */
    CrashTail(DirectoryState state, TopicPartition partition) {
        this.state = state;
        this.partition = partition;
        this.recoveryPoint = partition == null ? 0 : state.journal().lower(partition, state.recoveryPoint(partition));
    }

    /** How a doubtful end is to be taken. */
    enum Verdict {
        /** A running node is writing there. */
        BEING_WRITTEN,
        /** The journal has what is missing. */
        IN_THE_JOURNAL,
        /** Nothing there had been durable. */
        TORN,
        /** It was durable, and is gone. */
        DAMAGED
    }

    /**
     * Judges.
     *
     * @param endOffset where the sound part ends
     * @param last whether that is in the last segment
     * @param soundFollows whether there are sound batches behind it
     */
    Verdict judge(long endOffset, boolean last, boolean soundFollows) {
        if (state.running()) {
            return last && !soundFollows ? Verdict.BEING_WRITTEN : Verdict.DAMAGED;
        }
        if (state.clean() || endOffset < recoveryPoint) {
            return Verdict.DAMAGED;
        }
        List<JournalIndex.Entry> missing = missingFrom(endOffset);
        if (missing == null) {
            return Verdict.DAMAGED;
        }
        if (!missing.isEmpty()) {
            return Verdict.IN_THE_JOURNAL;
        }
        return soundFollows && !state.powerCut() ? Verdict.DAMAGED : Verdict.TORN;
    }

    /** See {@link JournalIndex#missingFrom}. */
    List<JournalIndex.Entry> missingFrom(long endOffset) {
        return partition == null ? List.of() : state.journal().missingFrom(partition, endOffset);
    }

    /** Below it everything was on the disk. */
    long recoveryPoint() {
        return recoveryPoint;
    }

    /** Whether the next start builds the indexes of what is not settled again, whatever is in them: they were never forced. */
    boolean buildsIndexesAgain() {
        return state.powerCut() && !state.clean() && !state.running();
    }

    /** Whether what lies below an offset, and its indexes, must be as they were written. */
    boolean isSettled(long endOffset) {
        return state.clean() || endOffset <= recoveryPoint;
    }
}
