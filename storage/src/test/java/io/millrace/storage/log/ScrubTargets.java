package io.millrace.storage.log;

import io.millrace.storage.PartitionLog;
import io.millrace.storage.scrub.ScrubTarget;
import java.util.List;

/** Lets tests of other packages scrub one log. */
public final class ScrubTargets {

    private ScrubTargets() {}

    public static List<ScrubTarget> of(PartitionLog log) {
        return List.of(((SegmentedLog) log).scrubTarget());
    }
}
