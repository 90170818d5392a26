package io.millrace.server.http.body;

import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpProblem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One body on its way in. Lives on its event loop; ends once: whole, failed, or gone with its connection. */
final class IncomingBody {

    /** A declared length is believed up to here before any byte of it has come. */
    private static final int BELIEVED_BYTES_MAX = 64 << 10;

    private static final byte[] NOTHING = {};

    private final RoutingContext ctx;
    private final int declaredBytes;
    private final BodyBudget budget;
    private final HttpConfig config;
    private final Consumer<IncomingBody> onEnd;
    private final Handler<byte[]> handler;
    private final long beganNanos = System.nanoTime();

    private byte[] bytes = NOTHING;
    private int size;
    private boolean ended;

    /** @param declaredBytes the Content-Length, -1 when there is none */
    IncomingBody(
            RoutingContext ctx,
            int declaredBytes,
            BodyBudget budget,
            HttpConfig config,
            Consumer<IncomingBody> onEnd,
            Handler<byte[]> handler) {
        this.ctx = ctx;
        this.declaredBytes = declaredBytes;
        this.budget = budget;
        this.config = config;
        this.onEnd = onEnd;
        this.handler = handler;
    }

    void receive() {
        HttpServerRequest request = ctx.request();
        request.exceptionHandler(this::broken);
        request.handler(this::append);
        request.endHandler(whole -> complete());
    }

    boolean isLate(long nowNanos) {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos - beganNanos) > config.bodyTimeoutMs();
    }

    void fail(HttpProblem problem) {
        if (end()) {
            bytes = NOTHING;
            ctx.fail(problem);
        }
    }

    /** The connection is gone, or what came on it are no chunks; after an answer to that it is closed, too. */
    private void broken(Throwable cause) {
        if (cause instanceof HttpClosedException) {
            end();
            return;
        }
        ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        fail(HttpProblem.badRequest("the body is not what its Transfer-Encoding says (" + cause.getMessage()
                + "); nothing was stored, and the connection is closed"));
    }

    private void append(Buffer chunk) {
        if (ended) {
            return;
        }
        int length = chunk.length();
        if (length > config.maxBodyBytes() - size) {
            fail(HttpProblem.bodyTooLarge("the body is larger than " + config.maxBodyBytes()
                    + " bytes; nothing was stored, send it in smaller requests"));
            return;
        }
        if (!budget.tryTake(length)) {
            fail(HttpProblem.overloaded(
                    "the node is receiving too many large bodies at once; nothing was stored, try again later"));
            return;
        }
        if (bytes.length - size < length) {
            grow(size + length);
        }
        chunk.getBytes(0, length, bytes, size);
        size += length;
    }

    private void grow(int needed) {
        int doubled = (int) Math.min(config.maxBodyBytes(), 2L * bytes.length);
        int believed = Math.min(declaredBytes, BELIEVED_BYTES_MAX);
        int target = Math.max(needed, Math.max(doubled, believed));
        if (declaredBytes >= needed) {
            // Ends with an array that is exactly full, which needs no last copy.
            target = Math.min(target, declaredBytes);
        }
        bytes = Arrays.copyOf(bytes, target);
    }

    private void complete() {
        if (end()) {
            handler.handle(bytes.length == size ? bytes : Arrays.copyOf(bytes, size));
        }
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        budget.giveBack(size);
        onEnd.accept(this);
        return true;
    }
}
