package io.millrace.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.membership.OwnershipTable.Ownership;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OwnershipTableTest {

    private final UUID topic = UUID.randomUUID();
    private final SharedMap map = new LocalSharedMap();
    private final OwnershipTable table = new OwnershipTable(map);

    @Test
    void whatIsPublishedIsFoundOnEveryNode() {
        Ownership first = new Ownership(topic, 0, 1, 5, 7, List.of(1, 2, 3));
        Ownership offline = new Ownership(topic, 1, -1, 6, 8, List.of());
        table.publish(List.of(first, offline));

        OwnershipTable elsewhere = new OwnershipTable(map);
        assertThat(elsewhere.find(topic, 0)).contains(first);
        assertThat(elsewhere.find(topic, 1)).contains(offline);
        assertThat(elsewhere.find(topic, 2)).isEmpty();
    }

    @Test
    void lowerEpochsThanThoseSeenAreIgnored() {
        Ownership newest = new Ownership(topic, 0, 2, 6, 9, List.of(2, 3));
        table.publish(List.of(newest));

        table.publish(List.of(new Ownership(topic, 0, 1, 5, 10, List.of(1))));
        assertThat(table.find(topic, 0)).contains(newest);
        table.publish(List.of(new Ownership(topic, 0, 2, 6, 8, List.of(2))));
        assertThat(table.find(topic, 0)).contains(newest);

        Ownership next = new Ownership(topic, 0, 2, 6, 10, List.of(2));
        table.publish(List.of(next));
        assertThat(table.find(topic, 0)).contains(next);
    }

    @Test
    void publishingAllTakesOutWhatIsGone() {
        table.publish(
                List.of(new Ownership(topic, 0, 1, 0, 0, List.of(1)), new Ownership(topic, 1, 1, 0, 0, List.of(1))));

        table.publishAll(List.of(new Ownership(topic, 1, 1, 0, 0, List.of(1))));

        assertThat(table.find(topic, 0)).isEmpty();
        assertThat(table.find(topic, 1)).isPresent();
    }

    @Test
    void whatAnotherVersionWroteIsNotUnderstoodAndDoesNoHarm() {
        map.put("nonsense", "1 2");
        map.put(topic + ":0", "one two three four");

        assertThat(table.find(topic, 0)).isEmpty();
    }
}
