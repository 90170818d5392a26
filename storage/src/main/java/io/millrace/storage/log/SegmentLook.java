package io.millrace.storage.log;

import io.millrace.storage.LogException;
import java.io.IOException;

/** A look into segments, which begins anew when compaction put another one in the place of one that was being looked into. */
@FunctionalInterface
interface SegmentLook<T> {

    /** Exchanges in a row that one reader can meet, and more. */
    int ATTEMPTS_MAX = 100;

    T look() throws IOException;

    /** @throws LogException.Closed when a segment was closed and is not replaced: retention removed it, or the log was closed */
    static <T> T repeat(LogState state, SegmentLook<T> look) throws IOException {
        for (int attempt = 1; ; attempt++) {
            long logStart = state.offsets().logStartOffset();
            try {
                return look.look();
            } catch (LogException.Closed e) {
                state.requireOpen();
                if (attempt == ATTEMPTS_MAX || state.offsets().logStartOffset() > logStart) {
                    throw e;
                }
            }
        }
    }
}
