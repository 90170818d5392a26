/**
 * Reads old segments again, slowly, to find bytes that the disk has lost before somebody needs them. Start at {@link
 * io.millrace.storage.scrub.Scrubber}.
 *
 * <p>Runs on {@code millrace-scrubber}, a thread of the lowest priority, beside appends, reads, retention and truncation; it
 * changes nothing and remembers nothing over a restart.
 */
package io.millrace.storage.scrub;
