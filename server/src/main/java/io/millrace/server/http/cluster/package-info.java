/**
 * The cluster over HTTP: who is there, and moving partitions between nodes. Start at {@link
 * io.millrace.server.http.cluster.ClusterRoutes}. Event loops only.
 */
package io.millrace.server.http.cluster;
