package io.millrace.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import io.millrace.cluster.hazelcast.HazelcastDiscovery.Method;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.peer.PeerAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HazelcastConfigsTest {

    private static final ClusterMember SELF =
            new ClusterMember(7, "", "c", new PeerAddress("10.0.0.7", 19_092), "", "", "");

    @Test
    void thereIsNoPortButThatForMembersAndItIsNotOpenToAllNetworks() throws UnknownHostException {
        HazelcastDiscovery everywhere =
                new HazelcastDiscovery("0.0.0.0", 5701, "127.0.0.2", Method.TCP, List.of("127.0.0.3"), Map.of());

        AdvancedNetworkConfig network =
                HazelcastConfigs.config(everywhere, SELF).getAdvancedNetworkConfig();

        assertThat(network.isEnabled()).isTrue();
        assertThat(network.getEndpointConfigs()).containsOnlyKeys(EndpointQualifier.MEMBER);
        ServerSocketEndpointConfig members =
                (ServerSocketEndpointConfig) network.getEndpointConfigs().get(EndpointQualifier.MEMBER);
        assertThat(members.getInterfaces().isEnabled()).isTrue();
        assertThat(members.getInterfaces().getInterfaces()).containsExactly("127.0.0.2");
        assertThat(members.getPublicAddress()).isEqualTo("127.0.0.2:5701");
        assertThat(members.isPortAutoIncrement()).isFalse();
    }

    @Test
    void addressesWithoutAPortGetTheOneOfThisNode() throws UnknownHostException {
        HazelcastDiscovery discovery =
                HazelcastDiscovery.tcp("127.0.0.1", 5999, List.of("a.example", "b.example:5", "::1", "[::1]:7"));

        assertThat(HazelcastConfigs.config(discovery, SELF)
                        .getAdvancedNetworkConfig()
                        .getJoin()
                        .getTcpIpConfig()
                        .getMembers())
                .containsExactly("a.example:5999", "b.example:5", "[::1]:5999", "[::1]:7");
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void onlyTheChosenWayOfFindingOthersIsUsed(Method method) throws UnknownHostException {
        Config config = HazelcastConfigs.config(
                new HazelcastDiscovery("127.0.0.1", 5701, null, method, List.of(), Map.of("service-dns", "m.example")),
                SELF);

        assertThatCode(() -> config.getAdvancedNetworkConfig().getJoin().verify())
                .doesNotThrowAnyException();
        assertThat(config.getAdvancedNetworkConfig()
                        .getJoin()
                        .getMulticastConfig()
                        .isEnabled())
                .isFalse();
        assertThat(config.getAdvancedNetworkConfig().getJoin().getTcpIpConfig().isEnabled())
                .isEqualTo(method == Method.TCP);
        assertThat(config.getAdvancedNetworkConfig()
                        .getJoin()
                        .getKubernetesConfig()
                        .isEnabled())
                .isEqualTo(method == Method.KUBERNETES || method == Method.DNS);
    }
}
