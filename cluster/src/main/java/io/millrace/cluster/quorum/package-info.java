/**
 * The metadata log, agreed upon by one, three or five voters: Kafka's Raft client over our log, our small files and our
 * connections between nodes.
 *
 * <p>Start at {@link io.millrace.cluster.quorum.Quorum}. Its poll thread does everything that touches the log, and tells listeners of the
 * Raft client; requests come in on event loops and answers go out there. Nothing else imports types of the Raft client, except the
 * controller, which appends to it.
 */
package io.millrace.cluster.quorum;
