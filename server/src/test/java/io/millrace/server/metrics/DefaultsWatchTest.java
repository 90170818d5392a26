package io.millrace.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.ClusterConfig;
import io.millrace.storage.StorageConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefaultsWatchTest {

    @Test
    void aDefaultThatDiffersIsToldOnceWithNodeAndSetting() {
        DefaultsWatch first = watch(1, Map.of("flush.policy", "group"));
        Map<Integer, Map<String, Long>> all = Map.of(
                1, first.facts(),
                2,
                        watch(2, Map.of("flush.policy", "os", "min.insync.replicas", "2"))
                                .facts(),
                3, watch(3, Map.of()).facts(),
                // A node of an older version tells nothing of the kind.
                4, Map.of("open_streams", 7L));

        assertThat(first.differences(all))
                .singleElement()
                .asString()
                .contains("node 2 has another default for flush.policy, here it is group");
        assertThat(first.differences(all)).isEmpty();
    }

    private static DefaultsWatch watch(int nodeId, Map<String, String> defaults) {
        ClusterConfig config = ClusterConfig.defaults(StorageConfig.defaults(Path.of("data")));
        return new DefaultsWatch(
                new ClusterConfig(nodeId, null, config.storage(), 1, false, defaults, config.maxPartitions(), 1_000));
    }
}
