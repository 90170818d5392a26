package io.millrace.cluster.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class InternalTopicsTest {

    /** Where they disagree the coordinator that clients are sent to says that it is another one, for ever. */
    @Test
    void groupsAndTransactionalIdsAreInThePartitionThatKafkasLibraryTakesThemFor() {
        for (int i = 0; i < 1_000; i++) {
            String key = "group-" + i;
            assertThat(InternalTopics.partitionOf(key, 50)).as(key).isEqualTo(Utils.abs(key.hashCode()) % 50);
        }
        String least = "polygenelubricants";
        assertThat(least.hashCode()).isEqualTo(Integer.MIN_VALUE);
        assertThat(InternalTopics.partitionOf(least, 50)).isZero();
    }
}
