/**
 * Record batches of format v2, read and checked where they lie: nothing is copied, nothing is decompressed.
 *
 * <p>Start at {@link io.millrace.storage.batch.BatchHeader} (the layout). Pure functions; any thread.
 */
package io.millrace.storage.batch;
