/**
 * What may go, when and why.
 *
 * <p>Start at {@link io.millrace.storage.retention.RetentionPolicy}. Pure functions.
 */
package io.millrace.storage.retention;
