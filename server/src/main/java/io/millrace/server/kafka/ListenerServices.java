package io.millrace.server.kafka;

import io.millrace.cluster.tls.RefusalLog;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.metrics.KafkaMetrics;

/**
 * What all connections of a listener share.
 *
 * @param dispatcher the table of APIs
 * @param connections how many connections there are and may be
 * @param memory what requests may hold, over all connections
 * @param metrics who counts
 * @param audience who is expected to connect
 * @param tls what the listener shows and whom it believes; null for plain text
 * @param quotas what clients may use; null for those who have none
 * @param refusals where those are told who do not get in
 */
record ListenerServices(
        RequestDispatcher dispatcher,
        ConnectionLimit connections,
        RequestMemory memory,
        KafkaMetrics metrics,
        ListenerAudience audience,
        TlsIdentity tls,
        ClientQuotas quotas,
        RefusalLog refusals) {}
