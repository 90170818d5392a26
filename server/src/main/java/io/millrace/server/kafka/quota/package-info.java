/**
 * Quotas of clients (KIP-13, KIP-219): who may send and fetch how many bytes in a second, and how long a connection that did more is
 * not read. Costs nothing while no quota is set.
 *
 * <p>Start at {@link io.millrace.server.kafka.quota.ClientQuotas}. Called on the event loops of the connections, and by whoever
 * publishes images.
 */
package io.millrace.server.kafka.quota;
