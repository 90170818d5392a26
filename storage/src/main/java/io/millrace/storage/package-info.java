/**
 * The bytes of partitions on this node's disks: the front door of the storage module and its vocabulary.
 *
 * <p>Start at {@link io.millrace.storage.LogManager} (all logs of a data directory) and {@link
 * io.millrace.storage.PartitionLog} (one of them). Nothing here knows Vert.x, Hazelcast or a network; record batches
 * are stored exactly as they came over the wire.
 *
 * <p>Threads: every log belongs to one single-writer shard thread; reads may run on any thread. Each type says who calls
 * it.
 */
package io.millrace.storage;
