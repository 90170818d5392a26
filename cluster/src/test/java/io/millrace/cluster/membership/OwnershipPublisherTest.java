package io.millrace.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.membership.OwnershipTable.Ownership;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OwnershipPublisherTest {

    private static final int SELF = 1;
    private static final int OTHER = 2;

    private final SharedMap map = new LocalSharedMap();
    private final OwnershipTable table = new OwnershipTable(map);
    private final OwnershipPublisher publisher = new OwnershipPublisher(SELF, table);
    private final TopicMetadata first = topic("first", 5);
    private final TopicMetadata second = topic("second", 7);

    @Test
    void onlyTheActiveControllerPublishes() {
        publisher.onImage(image(OTHER, first));
        assertThat(map.entries()).isEmpty();

        publisher.onImage(image(SELF, first));
        assertThat(table.find(first.id(), 0)).contains(new Ownership(first.id(), 0, 3, 5, 6, List.of(3, 4)));
    }

    @Test
    void whatChangesLaterIsPublishedAndWhatIsDeletedTakenOut() {
        publisher.onImage(image(SELF, first));
        publisher.onImage(image(SELF, first, second));
        assertThat(table.find(second.id(), 0)).isPresent();

        publisher.onImage(image(SELF, second));
        assertThat(table.find(first.id(), 0)).isEmpty();
        assertThat(table.find(second.id(), 0)).isPresent();
    }

    @Test
    void aNewControllerTakesOutWhatIsGoneSinceItsPredecessorPublished() {
        publisher.onImage(image(SELF, first, second));
        publisher.onImage(image(OTHER, first, second));
        publisher.onImage(image(OTHER, second));
        assertThat(table.find(first.id(), 0)).isPresent();

        publisher.onImage(image(SELF, second));
        assertThat(table.find(first.id(), 0)).isEmpty();
    }

    @Test
    void afterASplitHasHealedEverythingIsPublishedAgain() {
        publisher.onImage(image(SELF, first, second));
        List.copyOf(map.entries().keySet()).forEach(map::remove);

        publisher.onEvent(new MembershipEvent.Merged());
        assertThat(map.entries()).hasSize(2);
    }

    private static TopicMetadata topic(String name, int leaderEpoch) {
        PartitionMetadata partition =
                new PartitionMetadata(0, 3, leaderEpoch, leaderEpoch + 1, List.of(3, 4, 5), List.of(3, 4));
        return new TopicMetadata(name, UUID.randomUUID(), List.of(partition), Map.of(), 1);
    }

    private static ClusterImage image(int controller, TopicMetadata... topics) {
        return new ClusterImage(
                1,
                new UUID(1, 1),
                controller,
                Map.of(),
                Arrays.stream(topics).collect(Collectors.toMap(TopicMetadata::name, Function.identity())),
                Arrays.stream(topics).collect(Collectors.toMap(TopicMetadata::id, Function.identity())));
    }
}
