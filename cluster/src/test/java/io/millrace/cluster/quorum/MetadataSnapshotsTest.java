package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that was away for longer than the log reaches back gets a snapshot, in several parts. */
class MetadataSnapshotsTest {

    /** More than a megabyte as a snapshot. */
    private static final int NUMBERS = 40_000;

    private static final int BATCH = 10_000;

    @TempDir
    Path directory;

    @Test
    void aBlankNodeIsGivenASnapshotAndBecomesAVoter() throws IOException {
        try (TestQuorum quorum = new TestQuorum(directory, 3).start(1)) {
            TestNode leader = quorum.node(1);
            for (int first = 1; first <= NUMBERS; first += BATCH) {
                quorum.appendAll(LongStream.range(first, first + BATCH).toArray());
            }
            leader.snapshot();
            quorum.commit();
            leader.snapshot();
            assertThat(leader.quorum().log().maybeClean()).isTrue();
            assertThat(leader.quorum().log().startOffset()).isGreaterThan(NUMBERS);
            quorum.commit();

            TestNode blank = quorum.started(quorum.blank(2).start(leader.address));
            quorum.awaitVoter(blank);
            quorum.awaitEverything();
            assertThat(blank.listener.snapshots).isEqualTo(1);
            assertThat(blank.quorum().log().startOffset()).isGreaterThan(NUMBERS);
            quorum.commit();

            quorum.kill(blank);
            TestNode again = quorum.again(blank, leader.address);
            quorum.awaitEverything();
            quorum.commit();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> again.status().highWatermark().isPresent());
        }
    }
}
