/**
 * What the cluster consists of: topics, partitions and brokers as immutable images, and the controller that changes them.
 *
 * <p>Start at {@link io.millrace.cluster.metadata.ClusterImage} (what is) and {@link
 * io.millrace.cluster.metadata.Controller} (how it changes). Images are read on any thread without a lock; the controller
 * runs its changes one after the other on a thread of its own.
 */
package io.millrace.cluster.metadata;
