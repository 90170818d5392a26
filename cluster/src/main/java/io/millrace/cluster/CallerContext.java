package io.millrace.cluster;

import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;

/**
 * Promises that answer on the Vert.x context of whoever asked, however many threads the work visits in between.
 */
public final class CallerContext {

    private CallerContext() {}

    /** A promise whose handlers run on the calling context, or on the completing thread when there is none. */
    public static <T> Promise<T> promise() {
        ContextInternal context = ContextInternal.current();
        return context == null ? Promise.promise() : context.promise();
    }
}
