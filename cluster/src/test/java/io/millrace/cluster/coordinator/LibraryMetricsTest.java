package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.group.GroupCounts;
import io.millrace.cluster.group.GroupCounts.Groups;
import io.millrace.cluster.group.GroupTimes;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime.CoordinatorState;
import org.apache.kafka.coordinator.group.classic.ClassicGroupState;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetricsShard;
import org.apache.kafka.coordinator.group.modern.consumer.ConsumerGroup.ConsumerGroupState;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.junit.jupiter.api.Test;

class LibraryMetricsTest {

    private final LibraryMetrics metrics = new LibraryMetrics(() -> GroupTimes.NONE);

    /** The library counts them in two registries, and under names that a new version of it may change. */
    @Test
    void groupsOfEveryProtocolAreFoundWhereTheLibraryCountsThem() {
        GroupCoordinatorMetricsShard shard = metrics.ofGroups()
                .newMetricsShard(new SnapshotRegistry(new LogContext()), new TopicPartition("__consumer_offsets", 0));
        metrics.ofGroups().activateMetricsShard(shard);
        shard.setClassicGroupGauges(Map.of(ClassicGroupState.STABLE, 3L, ClassicGroupState.EMPTY, 1L));
        shard.setConsumerGroupGauges(Map.of(ConsumerGroupState.RECONCILING, 2L));
        shard.record(GroupCoordinatorMetrics.OFFSET_COMMITS_SENSOR_NAME, 5);
        shard.record(GroupCoordinatorMetrics.OFFSET_EXPIRED_SENSOR_NAME, 4);
        shard.record(GroupCoordinatorMetrics.OFFSET_DELETIONS_SENSOR_NAME, 6);
        shard.record(GroupCoordinatorMetrics.CLASSIC_GROUP_COMPLETED_REBALANCES_SENSOR_NAME);
        shard.record(GroupCoordinatorMetrics.CONSUMER_GROUP_REBALANCES_SENSOR_NAME);
        shard.record(GroupCoordinatorMetrics.SHARE_GROUP_REBALANCES_SENSOR_NAME);
        shard.record(GroupCoordinatorMetrics.STREAMS_GROUP_REBALANCES_SENSOR_NAME);

        GroupCounts counts = metrics.counts();
        assertThat(counts.groups())
                .contains(
                        new Groups("classic", "Stable", 3),
                        new Groups("classic", "Empty", 1),
                        new Groups("consumer", "Reconciling", 2),
                        new Groups("consumer", "Stable", 0),
                        new Groups("share", "Stable", 0),
                        new Groups("streams", "NotReady", 0));
        assertThat(counts.offsetCommits()).isEqualTo(5);
        assertThat(counts.offsetExpirations()).isEqualTo(4);
        assertThat(counts.offsetDeletions()).isEqualTo(6);
        assertThat(counts.rebalances()).isEqualTo(Map.of("classic", 1L, "consumer", 1L, "share", 1L, "streams", 1L));
    }

    @Test
    void aPartitionIsCountedWhereItIsNow() {
        RuntimeMetrics threads = metrics.ofThreads();
        threads.recordPartitionStateChange(CoordinatorState.INITIAL, CoordinatorState.LOADING);
        threads.recordPartitionStateChange(CoordinatorState.INITIAL, CoordinatorState.LOADING);
        threads.recordPartitionStateChange(CoordinatorState.LOADING, CoordinatorState.ACTIVE);
        threads.recordPartitionStateChange(CoordinatorState.LOADING, CoordinatorState.FAILED);
        threads.recordPartitionStateChange(CoordinatorState.FAILED, CoordinatorState.CLOSED);

        assertThat(metrics.counts().partitions()).isEqualTo(Map.of("loading", 0L, "active", 1L, "failed", 0L));
    }
}
