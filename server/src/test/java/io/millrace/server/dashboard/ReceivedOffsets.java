package io.millrace.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.dashboard.DeviceReadings.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Offsets as they arrived, by partition. */
final class ReceivedOffsets {

    private final Map<Integer, List<Long>> byPartition = new TreeMap<>();

    ReceivedOffsets(List<Position> received) {
        for (Position position : received) {
            byPartition
                    .computeIfAbsent(position.partition(), partition -> new ArrayList<>())
                    .add(position.offset());
        }
    }

    /** Within each partition every offset follows the one before, whatever connections they came through. */
    void assertNoneTwiceAndNoneLeftOut() {
        assertThat(byPartition).isNotEmpty();
        byPartition.forEach((partition, offsets) -> {
            List<Long> wanted = new ArrayList<>();
            for (long offset = offsets.get(0); wanted.size() < offsets.size(); offset++) {
                wanted.add(offset);
            }
            assertThat(offsets)
                    .as("offsets of partition %d in order of arrival", partition)
                    .isEqualTo(wanted);
        });
    }
}
