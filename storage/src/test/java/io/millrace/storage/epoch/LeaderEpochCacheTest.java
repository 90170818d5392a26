package io.millrace.storage.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderEpochCacheTest {

    @TempDir
    Path directory;

    private LeaderEpochFile file;
    private LeaderEpochCache cache;

    @BeforeEach
    void threeEpochs() throws IOException {
        file = new LeaderEpochFile(Disk.local(), directory);
        cache = new LeaderEpochCache(file, List.of());
        cache.begin(1, 0);
        cache.begin(3, 10);
        cache.begin(7, 30);
    }

    @Test
    void anEpochEndsWhereTheNextOneBegins() {
        assertThat(cache.endOffsetFor(0, 40)).isEmpty();
        assertThat(cache.endOffsetFor(1, 40)).contains(new EpochEndOffset(1, 10));
        assertThat(cache.endOffsetFor(2, 40)).contains(new EpochEndOffset(1, 10));
        assertThat(cache.endOffsetFor(3, 40)).contains(new EpochEndOffset(3, 30));
        assertThat(cache.endOffsetFor(7, 40)).contains(new EpochEndOffset(7, 40));
        assertThat(cache.endOffsetFor(9, 40)).contains(new EpochEndOffset(7, 40));
    }

    @Test
    void everyChangeIsOnTheDiskWhenTheCallReturns() throws IOException {
        assertThat(file.read()).contains(cache.epochs());
        cache.truncateTo(30);
        assertThat(cache.latestEpoch()).hasValue(3);
        assertThat(file.read()).contains(cache.epochs());
        cache.advanceStart(15);
        assertThat(cache.epochs()).containsExactly(new EpochStart(3, 15));
        assertThat(file.read()).contains(cache.epochs());
    }

    @Test
    void anEpochThatStayedEmptyIsReplacedByTheNext() throws IOException {
        cache.begin(8, 40);
        cache.begin(9, 40);
        assertThat(cache.epochs()).endsWith(new EpochStart(7, 30), new EpochStart(9, 40));
        assertThat(cache.endOffsetFor(8, 50)).contains(new EpochEndOffset(7, 40));
    }

    @Test
    void anOlderEpochChangesNothing() throws IOException {
        cache.begin(6, 50);
        assertThat(cache.latestEpoch()).hasValue(7);
    }

    @Test
    void theEpochsOfWhatComesFromAnOffsetOnBeginWithTheOneThatSpansIt() {
        assertThat(cache.epochsFrom(40)).containsExactly(new EpochStart(7, 30));
        assertThat(cache.epochsFrom(30)).containsExactly(new EpochStart(7, 30));
        assertThat(cache.epochsFrom(29)).containsExactly(new EpochStart(3, 10), new EpochStart(7, 30));
        assertThat(cache.epochsFrom(0)).hasSize(3);
        assertThat(cache.epochsFrom(-1)).hasSize(3);
    }
}
