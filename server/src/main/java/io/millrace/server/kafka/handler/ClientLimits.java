package io.millrace.server.kafka.handler;

/**
 * The limits of the Kafka listener that handlers keep to, or tell about.
 *
 * @param maxFrameBytes size of the largest request
 * @param maxConnections connections at a time
 * @param idleTimeoutMs after what silence a connection is closed
 * @param fetchMaxBytes bound on one fetch answer
 * @param maxFetchSessions how many fetch sessions of clients are kept
 * @param quotaWindowNum how many windows the rate of a client is taken over
 * @param quotaWindowMs how long each of them is
 */
public record ClientLimits(
        int maxFrameBytes,
        int maxConnections,
        long idleTimeoutMs,
        int fetchMaxBytes,
        int maxFetchSessions,
        int quotaWindowNum,
        long quotaWindowMs) {}
