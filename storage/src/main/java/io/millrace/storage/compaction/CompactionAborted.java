package io.millrace.storage.compaction;

/**
 * A compaction stopped before its end: the log was cut, deleted, closed or given another policy, or the node is stopping.
 * Nothing is broken, and what was exchanged so far stays. Carries no stack trace: an answer, not a bug.
 */
public final class CompactionAborted extends RuntimeException {

    public CompactionAborted(String why) {
        super(why, null, false, false);
    }
}
