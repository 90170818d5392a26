/**
 * What exactly-once producers need from the cluster. Start at {@link
 * io.millrace.cluster.transaction.ProducerIdAllocator}; transactions themselves come here later.
 *
 * <p>Called on event loops; nothing blocks.
 */
package io.millrace.cluster.transaction;
