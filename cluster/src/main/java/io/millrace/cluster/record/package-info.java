/**
 * Records in and out of batches: builds record batches from single records and takes them apart again, with all of Kafka's
 * compression codecs.
 *
 * <p>Start at {@link io.millrace.cluster.record.RecordBatches}. The only importer of Kafka's record classes; everyone else
 * sees {@link io.millrace.cluster.record.StreamRecord}. Pure functions; any thread, but not an event loop for large
 * compressed batches.
 */
package io.millrace.cluster.record;
