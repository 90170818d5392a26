package io.millrace.server.kafka;

import io.millrace.server.metrics.KafkaMetrics;

/**
 * What all connections of a listener share.
 *
 * @param dispatcher the table of APIs
 * @param connections how many connections there are and may be
 * @param memory what requests may hold, over all connections
 * @param metrics who counts
 */
record ListenerServices(
        RequestDispatcher dispatcher, ConnectionLimit connections, RequestMemory memory, KafkaMetrics metrics) {}
