package io.millrace.cluster.group;

/**
 * What a group may have set for itself, in milliseconds; by Kafka's names and with Kafka's defaults. What holds for all groups is allowed
 * for each of them, whatever stands here.
 *
 * @param consumerMinSessionTimeoutMs least {@code consumer.session.timeout.ms}
 * @param consumerMaxSessionTimeoutMs largest one: a dead member holds its partitions for so long
 * @param consumerMinHeartbeatIntervalMs least {@code consumer.heartbeat.interval.ms}: each heartbeat is a request
 * @param consumerMaxHeartbeatIntervalMs largest one
 */
public record GroupBounds(
        int consumerMinSessionTimeoutMs,
        int consumerMaxSessionTimeoutMs,
        int consumerMinHeartbeatIntervalMs,
        int consumerMaxHeartbeatIntervalMs) {

    public static GroupBounds defaults() {
        return new GroupBounds(45_000, 60_000, 5_000, 15_000);
    }
}
