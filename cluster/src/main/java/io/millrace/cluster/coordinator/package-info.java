/**
 * Coordination of groups, and of the states of share groups, by Kafka's own libraries, on our logs. Start at {@link
 * io.millrace.cluster.coordinator.KafkaGroupCoordinator} and {@link io.millrace.cluster.coordinator.KafkaShareCoordinator}; the libraries
 * write through {@code LogWriter} and read again, when this node takes a partition over, through {@code LogLoader}. States of share groups
 * are asked for, wherever they are kept, through {@code ShareStatePeers}. The only importer of {@code org.apache.kafka.coordinator}.
 *
 * <p>All threads are called {@code millrace-groups-…} or {@code millrace-share-…}, and there are none before this node leads a partition
 * of {@code __consumer_offsets} or {@code __share_group_state}.
 */
package io.millrace.cluster.coordinator;
