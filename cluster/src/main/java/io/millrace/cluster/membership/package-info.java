/**
 * Which nodes are there: what each tells about itself, who comes and goes, and what follows from that while a cluster begins and when a
 * node seems dead. All of it is hints for speed and for people: safety rests on the metadata log alone (a wrong or late hint costs
 * time, never data).
 *
 * <p>Start at {@link io.millrace.cluster.membership.Membership}; {@link io.millrace.cluster.membership.ClusterFormation} decides who
 * makes a new cluster, {@link io.millrace.cluster.membership.Suspicion} when a node is reported dead. {@link
 * io.millrace.cluster.membership.OwnershipTable} and {@link io.millrace.cluster.membership.ClusterFacts} are what nodes publish.
 *
 * <p>Threads: listeners are called on one thread of the implementation and must return at once; everything may be read on any thread.
 */
package io.millrace.cluster.membership;
