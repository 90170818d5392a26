package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.group.GroupTimes;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.util.stream.IntStream;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataImage;
import org.junit.jupiter.api.Test;

class OffsetsTopicTest {

    /** A client that is sent to another node than the one that has its group would go there for ever. */
    @Test
    void aGroupIsLookedForWhereTheLibraryKeepsIt() {
        GroupsConfig groups = GroupsConfig.defaults();
        ShareGroupsConfig shareGroups = ShareGroupsConfig.defaults();
        GroupCoordinator library = Library.start(
                        1,
                        LibrarySettings.of(groups, shareGroups, 50),
                        new GroupOverrides(groups, shareGroups),
                        new LibraryMetrics(() -> GroupTimes.NONE),
                        null,
                        new Reigns(),
                        (reign, outcome) -> {},
                        new ShareSupport(null, 1, shareGroups, null, null, null),
                        MetadataImage.EMPTY)
                .library();
        try {
            assertThat(IntStream.range(0, 1_000)
                            .mapToObj(number -> "group of people " + number)
                            .toList())
                    .anyMatch(group -> group.hashCode() < 0)
                    .allSatisfy(group ->
                            assertThat(InternalTopics.partitionOf(group, 50)).isEqualTo(library.partitionFor(group)));
        } finally {
            library.shutdown();
        }
    }
}
