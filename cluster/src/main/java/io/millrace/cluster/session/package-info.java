/**
 * Fetch sessions (KIP-227): both sides of a fetch remember the partitions, so that a request holds only what changed and an answer only
 * what is new.
 *
 * <p>Nothing here knows who fetches or what is remembered of a partition: replicas use it, and Kafka consumers of the side that
 * answers. Start at {@link io.millrace.cluster.session.SessionStep}; who asks has a {@link io.millrace.cluster.session.SentSession}, who
 * answers keeps a {@link io.millrace.cluster.session.FetchSession} for it in {@link io.millrace.cluster.session.FetchSessions}.
 * Callers' threads.
 */
package io.millrace.cluster.session;
