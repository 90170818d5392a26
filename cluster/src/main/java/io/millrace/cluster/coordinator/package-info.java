/**
 * Group coordination by Kafka's own library, on our logs. Start at {@link io.millrace.cluster.coordinator.KafkaGroupCoordinator}; the
 * library writes through {@link io.millrace.cluster.coordinator.LogWriter} and reads again, when this node takes a partition over, through
 * {@link io.millrace.cluster.coordinator.LogLoader}. The only importer of {@code org.apache.kafka.coordinator}.
 *
 * <p>All its threads are called {@code millrace-groups-…}, and there are none before this node leads a partition of
 * {@code __consumer_offsets}.
 */
package io.millrace.cluster.coordinator;
