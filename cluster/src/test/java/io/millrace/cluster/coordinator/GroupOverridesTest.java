package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.share.ShareGroupOptions;
import io.millrace.cluster.share.ShareGroupsConfig;
import io.millrace.cluster.share.ShareLimits;
import io.millrace.cluster.share.ShareStart;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.Test;

class GroupOverridesTest {

    private static final ShareGroupsConfig CONFIG =
            new ShareGroupsConfig(4, 10, 100, 20_000, 3, 500, "earliest", "read_committed");

    private static final ShareGroupOptions OF_ALL = new ShareGroupOptions(
            new ShareLimits(20_000, 3, 500), ShareStart.parse("earliest"), Isolation.READ_COMMITTED, true);

    private final GroupOverrides overrides = new GroupOverrides(GroupsConfig.defaults(), CONFIG);
    private final ShareOptions options = new ShareOptions(CONFIG, overrides);
    private MetadataImage image = MetadataImage.EMPTY;

    @Test
    void aGroupHasWhatItHasSetAndElseWhatHoldsForAll() {
        commit("own", "share.delivery.count.limit", "7");
        assertThat(options.apply("own").limits()).isEqualTo(new ShareLimits(20_000, 7, 500));
        assertThat(options.apply("other")).isEqualTo(OF_ALL);

        commit("own", "share.record.lock.duration.ms", "30000");
        commit("own", "share.partition.max.record.locks", "1000");
        commit("own", "share.auto.offset.reset", "by_duration:PT1H");
        commit("own", "share.isolation.level", "read_uncommitted");
        commit("own", "share.renew.acknowledge.enable", "false");
        assertThat(options.apply("own"))
                .isEqualTo(new ShareGroupOptions(
                        new ShareLimits(30_000, 7, 1_000),
                        ShareStart.parse("by_duration:PT1H"),
                        Isolation.READ_UNCOMMITTED,
                        false));
        assertThat(options.apply("other")).isEqualTo(OF_ALL);
    }

    @Test
    void whatIsTakenAwayHoldsNoMore() {
        assertThat(options.apply("own")).isEqualTo(OF_ALL);
        commit("own", "share.delivery.count.limit", "7");
        assertThat(options.apply("own")).isNotEqualTo(OF_ALL);

        commit("own", "share.delivery.count.limit", null);
        assertThat(options.apply("own")).isEqualTo(OF_ALL);
    }

    /** It was allowed where it was committed: a node that was configured otherwise keeps to its own bounds. */
    @Test
    void whatIsOutsideTheBoundsOfThisNodeIsBroughtInside() {
        commit("own", "share.record.lock.duration.ms", "3600000");
        commit("own", "share.delivery.count.limit", "not a number");

        assertThat(options.apply("own")).as("one setting cannot be read").isEqualTo(OF_ALL);
        commit("own", "share.delivery.count.limit", null);
        assertThat(options.apply("own").limits().lockDurationMs()).isEqualTo(60_000);
    }

    private void commit(String group, String name, String value) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        delta.replay(new ConfigRecord()
                .setResourceType(ConfigResource.Type.GROUP.id())
                .setResourceName(group)
                .setName(name)
                .setValue(value));
        image = delta.apply(MetadataProvenance.EMPTY);
        overrides.onMetadata(null, delta, image);
    }
}
