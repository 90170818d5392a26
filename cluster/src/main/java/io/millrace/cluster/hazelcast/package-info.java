/**
 * Membership by an embedded Hazelcast member: the only package that knows Hazelcast.
 *
 * <p>Start at {@link io.millrace.cluster.hazelcast.HazelcastMembership}. What Hazelcast is used for, and that nothing which must be
 * right rests on it, is said in {@link io.millrace.cluster.membership}.
 *
 * <p>Threads: listeners run on Hazelcast's only event thread; starting and leaving block and are done on worker threads.
 */
package io.millrace.cluster.hazelcast;
