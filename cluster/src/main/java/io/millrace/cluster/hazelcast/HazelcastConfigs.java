package io.millrace.cluster.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.AliasedDiscoveryConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import io.millrace.cluster.membership.ClusterMember;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/** The configuration of the embedded member: small, closed to clients, quick to notice that a process is gone. */
final class HazelcastConfigs {

    /** Members with another name are not talked to. Clusters of Millrace are told apart by their ids, with a better message. */
    private static final String CLUSTER_NAME = "millrace";

    /** How long nodes that start together ask each other who is first, before one claims to be. Too short: it asks nodes that cannot answer yet. */
    private static final int MASTER_QUESTION_SECONDS = 2;

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            // Who is silent for three heartbeats is suspected; whose sockets break, at once.
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.max.no.heartbeat.seconds", "3"),
            Map.entry("hazelcast.heartbeat.failuredetector.type", "deadline"),
            Map.entry("hazelcast.connection.monitor.interval", "100"),
            Map.entry("hazelcast.connection.monitor.max.faults", "1"),
            // Cluster formation has its own rule of whom to wait for.
            Map.entry("hazelcast.wait.seconds.before.join", "0"),
            Map.entry("hazelcast.merge.first.run.delay.seconds", "10"),
            Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
            Map.entry("hazelcast.socket.bind.any", "false"),
            Map.entry("hazelcast.socket.server.bind.any", "false"),
            Map.entry("hazelcast.socket.client.bind.any", "false"),
            // We order the shutdown, and nobody waits long for maps that can be published again.
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.logging.type", "slf4j"),
            Map.entry("hazelcast.logging.details.enabled", "false"),
            Map.entry("hazelcast.health.monitoring.level", "OFF"),
            // A few thousand short texts do not need the threads of a data grid. One event thread keeps events in
            // order.
            Map.entry("hazelcast.partition.count", "31"),
            Map.entry("hazelcast.operation.thread.count", "2"),
            Map.entry("hazelcast.operation.generic.thread.count", "2"),
            Map.entry("hazelcast.operation.priority.generic.thread.count", "1"),
            Map.entry("hazelcast.operation.response.thread.count", "1"),
            Map.entry("hazelcast.io.thread.count", "1"),
            Map.entry("hazelcast.event.thread.count", "1"),
            Map.entry("hazelcast.clientengine.thread.count", "1"),
            Map.entry("hazelcast.clientengine.query.thread.count", "1"),
            Map.entry("hazelcast.clientengine.blocking.thread.count", "1"));

    private HazelcastConfigs() {}

    /** @throws UnknownHostException when the address to bind to is a name that means nothing here */
    static Config config(HazelcastDiscovery discovery, ClusterMember self) throws UnknownHostException {
        Config config = new Config().setClusterName(CLUSTER_NAME);
        PROPERTIES.forEach(config::setProperty);
        config.setAdvancedNetworkConfig(network(discovery));
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getSerializationConfig().setJavaSerializationFilterConfig(serializationFilter());
        config.addMapConfig(new MapConfig("*").setBackupCount(1).setStatisticsEnabled(false));
        MemberAttributes.of(self).forEach(config.getMemberAttributeConfig()::setAttribute);
        return config;
    }

    /**
     * Only an endpoint for members. With the simpler kind of network configuration the same port lets anybody in as a client, who could
     * write into the maps; there is no authentication in this edition.
     */
    private static AdvancedNetworkConfig network(HazelcastDiscovery discovery) throws UnknownHostException {
        String advertised = discovery.advertisedHost() != null ? discovery.advertisedHost() : discovery.host();
        InetAddress bound = InetAddress.getByName(discovery.host());
        if (bound.isAnyLocalAddress()) {
            bound = InetAddress.getByName(advertised);
        }
        ServerSocketEndpointConfig members = new ServerSocketEndpointConfig()
                .setPort(discovery.port())
                .setPortAutoIncrement(false)
                .setInterfaces(new InterfacesConfig().setEnabled(true).addInterface(bound.getHostAddress()));
        if (discovery.advertisedHost() != null) {
            members.setPublicAddress(discovery.advertisedHost() + ":" + discovery.port());
        }
        AdvancedNetworkConfig network = new AdvancedNetworkConfig().setEnabled(true);
        network.setMemberEndpointConfig(members);
        network.setJoin(join(discovery));
        return network;
    }

    private static JoinConfig join(HazelcastDiscovery discovery) {
        JoinConfig join = new JoinConfig();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(false);
        switch (discovery.method()) {
            case TCP -> {
                join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(MASTER_QUESTION_SECONDS);
                for (String address : discovery.addresses()) {
                    join.getTcpIpConfig().addMember(withPort(address, discovery.port()));
                }
            }
            // The addresses behind a DNS name are a mode of the discovery for Kubernetes; it asks no API then.
            case KUBERNETES, DNS -> enable(join.getKubernetesConfig(), discovery);
            case AWS -> enable(join.getAwsConfig(), discovery);
            case AZURE -> enable(join.getAzureConfig(), discovery);
            case GCP -> enable(join.getGcpConfig(), discovery);
        }
        return join;
    }

    private static void enable(AliasedDiscoveryConfig<?> config, HazelcastDiscovery discovery) {
        config.setEnabled(true);
        discovery.properties().forEach(config::setProperty);
    }

    /** Without a port Hazelcast would try three. */
    private static String withPort(String address, int port) {
        boolean plainIpv6 = address.indexOf(':') != address.lastIndexOf(':') && !address.startsWith("[");
        if (plainIpv6) {
            return "[" + address + "]:" + port;
        }
        return address.lastIndexOf(':') > address.lastIndexOf(']') ? address : address + ":" + port;
    }

    /** Maps hold text only; exceptions of Hazelcast's own operations are all that travels as Java objects. */
    private static JavaSerializationFilterConfig serializationFilter() {
        ClassFilter allowed = new ClassFilter();
        allowed.addPrefixes("io.millrace.", "com.hazelcast.", "java.lang.", "java.util.", "[");
        return new JavaSerializationFilterConfig().setDefaultsDisabled(true).setWhitelist(allowed);
    }
}
