package io.millrace.storage.scrub;

import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.segment.Segment;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pass over the sealed segments of all logs. What is deleted before its turn is left out, what is new comes next time. */
final class ScrubPass {

    private static final Logger log = LoggerFactory.getLogger(ScrubPass.class);

    private final Pace pace;
    private final StorageMetrics metrics;
    private final Consumer<ScrubReport.Damage> found;
    private long segments;
    private long bytes;

    ScrubPass(Pace pace, StorageMetrics metrics, Consumer<ScrubReport.Damage> found) {
        this.pace = pace;
        this.metrics = metrics;
        this.found = found;
    }

    /** Returns whether it came to the end. */
    boolean run(Collection<? extends ScrubTarget> logs) {
        for (ScrubTarget target : logs) {
            for (Segment segment : target.sealedSegments()) {
                if (target.isSealed(segment) && !scrub(target, segment)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean scrub(ScrubTarget target, Segment segment) {
        SegmentScrub scrub = new SegmentScrub(target, segment, pace);
        Optional<ScrubReport.Damage> damage = scrub.run();
        segments++;
        bytes += scrub.readBytes();
        metrics.scrubbed(scrub.readBytes());
        damage.ifPresent(it -> alarm(target.topicPartition(), it));
        return !scrub.isStopped();
    }

    private void alarm(TopicPartition partition, ScrubReport.Damage damage) {
        log.error(
                "topic={} partition={} DAMAGED: byte {} of {}: {}. These bytes were sound when they were written: the disk"
                        + " lost them. Consumers that check checksums stop there; other records are not affected. Look at the"
                        + " disk, and restore this partition from a replica or a backup; 'millrace log verify {}' tells all.",
                partition.topic(),
                partition.partition(),
                damage.position(),
                damage.file(),
                damage.what(),
                damage.file().getParent());
        metrics.corruptionFound();
        found.accept(damage);
    }

    long segments() {
        return segments;
    }

    long bytes() {
        return bytes;
    }
}
