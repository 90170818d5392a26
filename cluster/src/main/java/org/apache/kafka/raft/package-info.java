/**
 * The door to what Kafka's Raft client keeps to its own package: the constructor that takes clock, queue, buffers and random numbers, and
 * what it knows of the voters. Nothing else may come here.
 *
 * <p>Start at {@link org.apache.kafka.raft.RaftClients}.
 */
package org.apache.kafka.raft;
