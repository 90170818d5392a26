package io.millrace.cluster.metadata;

/**
 * A node as clients see it.
 *
 * @param nodeId the node id
 * @param host the advertised host of the Kafka listener
 * @param port the advertised port of the Kafka listener
 * @param rack the rack, or null
 */
public record BrokerMetadata(int nodeId, String host, int port, String rack) {}
