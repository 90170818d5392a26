/**
 * One door into Kafka's group coordinator that is open only inside its package: {@link
 * org.apache.kafka.coordinator.group.GroupServices}. Runs on the thread that starts the coordinator.
 */
package org.apache.kafka.coordinator.group;
