package io.millrace.storage.log;

import io.millrace.storage.segment.Segment;

/**
 * Where a log ends: published in one piece, so that a reader never sees an offset without its bytes or bytes without their
 * offset.
 *
 * @param offset log end offset
 * @param active the segment that is appended to
 * @param sizeBytes bytes of it that hold offsets below {@code offset}
 */
record LogEnd(long offset, Segment active, int sizeBytes) {}
