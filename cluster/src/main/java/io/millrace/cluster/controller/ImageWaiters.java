package io.millrace.cluster.controller;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Those who wait until this node follows a change that is committed. Thread-safe. */
final class ImageWaiters {

    private final Vertx vertx;
    private final Supplier<ClusterImage> image;
    private final Map<Promise<ClusterImage>, Predicate<ClusterImage>> waiting = new ConcurrentHashMap<>();

    ImageWaiters(Vertx vertx, Supplier<ClusterImage> image) {
        this.vertx = vertx;
        this.image = image;
    }

    /** Completes with the first image that satisfies the condition; fails with REQUEST_TIMED_OUT when none does in time. */
    Future<ClusterImage> await(Predicate<ClusterImage> condition, long timeoutMs) {
        ClusterImage present = image.get();
        if (condition.test(present)) {
            return Future.succeededFuture(present);
        }
        Promise<ClusterImage> promise = CallerContext.promise();
        waiting.put(promise, condition);
        long timer = vertx.setTimer(timeoutMs, id -> {
            if (waiting.remove(promise) != null) {
                promise.fail(new MillraceException(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "The change is committed, but this node does not follow it yet: it may be behind, ask again"));
            }
        });
        promise.future().onComplete(done -> vertx.cancelTimer(timer));
        // It may have come between the look and the entry.
        onImage(image.get());
        return promise.future();
    }

    void onImage(ClusterImage newest) {
        if (waiting.isEmpty()) {
            return;
        }
        waiting.forEach((promise, condition) -> {
            if (condition.test(newest) && waiting.remove(promise) != null) {
                promise.complete(newest);
            }
        });
    }
}
