/**
 * Request bodies: received up to a limit of bytes and time, inflated up to the same limit.
 *
 * <p>Start at {@link io.millrace.server.http.body.BodyReader}. Runs on event loops; gzip of more than a few kilobytes on worker
 * threads.
 */
package io.millrace.server.http.body;
