package io.millrace.cluster.transaction;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.Controller.ProducerIdBlock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;

/**
 * Hands out producer ids, each once for ever, from blocks that it fetches from the controller when the last one is used up.
 *
 * <p>Thread-safe, never blocks. What is left of a block at a restart is never used: ids are plenty.
 */
public final class ProducerIdAllocator {

    private final Controller controller;
    private final ArrayDeque<Promise<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean fetching;

    public ProducerIdAllocator(Controller controller) {
        this.controller = controller;
    }

    /** A producer id that nobody else gets. */
    public Future<Long> next() {
        Promise<Long> promise = CallerContext.promise();
        boolean fetch;
        synchronized (this) {
            if (next < end) {
                promise.complete(next++);
                return promise.future();
            }
            waiting.add(promise);
            fetch = !fetching;
            fetching = true;
        }
        if (fetch) {
            fetchBlock();
        }
        return promise.future();
    }

    private void fetchBlock() {
        controller.allocateProducerIds().onSuccess(this::use).onFailure(this::fail);
    }

    private synchronized void use(ProducerIdBlock block) {
        next = block.first();
        end = block.end();
        while (next < end && !waiting.isEmpty()) {
            waiting.remove().complete(next++);
        }
        fetching = !waiting.isEmpty();
        if (fetching) {
            fetchBlock();
        }
    }

    private synchronized void fail(Throwable cause) {
        fetching = false;
        while (!waiting.isEmpty()) {
            waiting.remove().fail(cause);
        }
    }
}
