package io.millrace.server.kafka.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.CommittedSettings;
import io.millrace.cluster.metadata.QuotaEntity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whose quota holds for whom, and who shares one. With windows of ten seconds together. */
class ClientQuotasTest {

    private final Map<QuotaEntity, Map<String, Double>> set = new HashMap<>();
    private final ClientQuotas quotas = new ClientQuotas(11, 1_000, () -> 0);

    @Test
    void withoutQuotasNobodyWaits() {
        assertThat(use("a", 1L << 40)).isZero();
        assertThat(quotas.maxAtOnce(QuotaKind.FETCH, "a")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void theMostExactQuotaHolds() {
        set(100, Optional.empty(), null);
        assertThat(max()).isEqualTo(1_000);
        set(200, null, Optional.empty());
        set(300, null, Optional.of("a"));
        assertThat(max()).as("a user's default is above those of client ids").isEqualTo(1_000);
        set(400, Optional.empty(), Optional.empty());
        assertThat(max()).isEqualTo(4_000);
        set(500, Optional.empty(), Optional.of("a"));
        assertThat(max()).isEqualTo(5_000);
        set(600, Optional.of("ANONYMOUS"), null);
        assertThat(max()).isEqualTo(6_000);
        set(700, Optional.of("ANONYMOUS"), Optional.empty());
        assertThat(max()).isEqualTo(7_000);
        set(800, Optional.of("ANONYMOUS"), Optional.of("a"));
        assertThat(max()).isEqualTo(8_000);
    }

    @Test
    void eachClientIdHasTheDefaultForItself() {
        set(100, null, Optional.empty());

        assertThat(use("a", 1_100)).isEqualTo(1_000);
        assertThat(use("b", 900)).isZero();
    }

    @Test
    void allClientsOfAUserShareItsQuota() {
        set(100, Optional.of("ANONYMOUS"), null);

        assertThat(use("a", 900)).isZero();
        assertThat(use("b", 200)).isEqualTo(1_000);
    }

    @Test
    void aQuotaThatIsTakenAwayHoldsNobodyBack() {
        set(1, null, Optional.of("a"));
        assertThat(use("a", 1_000)).isPositive();
        set.clear();
        publish();

        assertThat(use("a", 1_000)).isZero();
    }

    @Test
    void noMoreClientsAreCountedThanThereIsRoomFor() {
        set(1, null, Optional.empty());
        use("first", 1_000);
        for (int i = 0; i < ClientQuotas.COUNTED_MAX; i++) {
            use("client-" + i, 1);
        }

        assertThat(use("first", 1)).isZero();
    }

    private int use(String clientId, long bytes) {
        return quotas.throttleMs(QuotaKind.FETCH, clientId, bytes);
    }

    private int max() {
        return quotas.maxAtOnce(QuotaKind.FETCH, "a");
    }

    private void set(double perSecond, Optional<String> user, Optional<String> clientId) {
        Map<String, Optional<String>> parts = new HashMap<>();
        if (user != null) {
            parts.put(QuotaEntity.USER, user);
        }
        if (clientId != null) {
            parts.put(QuotaEntity.CLIENT_ID, clientId);
        }
        set.put(new QuotaEntity(parts), Map.of("consumer_byte_rate", perSecond));
        publish();
    }

    private void publish() {
        quotas.onImage(new ClusterImage(
                1,
                new UUID(0, 1),
                1,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                new CommittedSettings(Map.of(), Map.of(), set, Map.of())));
    }
}
