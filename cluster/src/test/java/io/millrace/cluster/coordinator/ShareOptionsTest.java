package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

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

class ShareOptionsTest {

    private final ShareOptions options = new ShareOptions(ShareGroupsConfig.defaults());

    @Test
    void aGroupOfWhichNothingIsSetHasTheConfigurationOfTheNode() {
        assertThat(options.apply("any"))
                .isEqualTo(new ShareGroupOptions(
                        new ShareLimits(30_000, 5, 2_000),
                        new ShareStart(ShareStart.Kind.LATEST, null),
                        Isolation.READ_UNCOMMITTED));
    }

    @Test
    void whatIsSetForAGroupComesFirst() {
        MetadataDelta delta =
                new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        set(delta, "share.record.lock.duration.ms", "45000");
        set(delta, "share.delivery.count.limit", "9");
        set(delta, "share.partition.max.record.locks", "no number");
        set(delta, "share.auto.offset.reset", "earliest");
        set(delta, "share.isolation.level", "read_committed");

        options.onMetadata(null, delta, delta.apply(MetadataProvenance.EMPTY));

        assertThat(options.apply("own"))
                .isEqualTo(new ShareGroupOptions(
                        new ShareLimits(45_000, 9, 2_000),
                        new ShareStart(ShareStart.Kind.EARLIEST, null),
                        Isolation.READ_COMMITTED));
        assertThat(options.apply("other").limits().lockDurationMs()).isEqualTo(30_000);
    }

    private static void set(MetadataDelta delta, String name, String value) {
        delta.replay(new ConfigRecord()
                .setResourceType(ConfigResource.Type.GROUP.id())
                .setResourceName("own")
                .setName(name)
                .setValue(value));
    }
}
