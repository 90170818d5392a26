package io.millrace.storage.log;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.scrub.ScrubTarget;
import io.millrace.storage.segment.Segment;
import java.util.ArrayList;
import java.util.List;

/** What the scrubber sees of a log. */
record SealedSegments(LogState state) implements ScrubTarget {

    @Override
    public TopicPartition topicPartition() {
        return state.partition();
    }

    @Override
    public List<Segment> sealedSegments() {
        List<Segment> sealed = new ArrayList<>(state.segments().values());
        sealed.removeIf(segment -> segment == state.active());
        return sealed;
    }

    @Override
    public boolean isSealed(Segment segment) {
        return state.refusal() == null
                && segment != state.active()
                && state.segments().get(segment.baseOffset()) == segment;
    }
}
