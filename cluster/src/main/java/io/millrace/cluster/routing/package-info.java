/**
 * Any node serves any client: appends that go to the leader wherever it is, and reads that follow it over changes.
 *
 * <p>Start at {@link io.millrace.cluster.routing.RoutedPartitionService}. {@link io.millrace.cluster.routing.LeaderClient} is the way to
 * other nodes; no message type of a protocol appears here. Calls come on event loops; what other nodes tell arrives on one event loop of
 * {@code RemotePartitions}, high watermarks of replicas on the threads of the storage.
 */
package io.millrace.cluster.routing;
