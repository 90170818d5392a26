package io.millrace.cluster.identity;

import java.util.UUID;

/**
 * Whose data directory it is. Made once, when the directory is formatted, and never changed: an empty directory is another one and gets
 * another id, so that nobody counts on what the old one knew.
 *
 * @param clusterId of the cluster that the data belongs to
 * @param nodeId of the node that the data belongs to
 * @param directoryId of this directory
 */
public record NodeIdentity(UUID clusterId, int nodeId, UUID directoryId) {}
