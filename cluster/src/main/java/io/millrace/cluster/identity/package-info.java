/**
 * Whose data directory this is: cluster, node, directory, and the last process life that was registered. Small files that are written
 * once, or once a start.
 *
 * <p>Start at {@link io.millrace.cluster.identity.NodeIdentity}. Blocks on the disk: for start-up threads.
 */
package io.millrace.cluster.identity;
