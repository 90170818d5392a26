package io.millrace.storage.scrub;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.segment.Segment;
import java.util.List;

/** A log, as the scrubber sees it. Any thread. */
public interface ScrubTarget {

    TopicPartition topicPartition();

    /** The segments that are not appended to any more, oldest first. */
    List<Segment> sealedSegments();

    /** Whether a segment still belongs to the log, sealed: it was not deleted, replaced, or cut and appended to again. */
    boolean isSealed(Segment segment);
}
