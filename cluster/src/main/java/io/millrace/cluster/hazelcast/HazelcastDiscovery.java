package io.millrace.cluster.hazelcast;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How this node is found and finds others.
 *
 * @param host address to bind to; a wildcard stands for the advertised one, because the port is never opened to all networks
 * @param port port to bind to
 * @param advertisedHost address that others are told; null for {@code host}
 * @param method how to find others
 * @param addresses for {@link Method#TCP}: {@code host} or {@code host:port}
 * @param properties for all other methods, by Hazelcast's names
 */
public record HazelcastDiscovery(
        String host,
        int port,
        String advertisedHost,
        Method method,
        List<String> addresses,
        Map<String, String> properties) {

    /** Ways to find others. */
    public enum Method {
        TCP,
        KUBERNETES,
        DNS,
        AWS,
        AZURE,
        GCP
    }

    public HazelcastDiscovery {
        Objects.requireNonNull(host, "host");
        addresses = List.copyOf(addresses);
        properties = Map.copyOf(properties);
    }

    /** A list of addresses. */
    public static HazelcastDiscovery tcp(String host, int port, List<String> addresses) {
        return new HazelcastDiscovery(host, port, null, Method.TCP, addresses, Map.of());
    }
}
