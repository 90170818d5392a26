package io.millrace.server.http.body;

import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpProblem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Receives request bodies whole, within the limits of {@link HttpConfig}: bytes of one body, bytes of all bodies, time. One for
 * each event loop, used only there.
 *
 * <p>Deadlines are swept by one timer: most bodies come with their head, and a timer for each would cost more than reading it.
 */
public final class BodyReader {

    private static final long SWEEP_MS = 500;

    /** gzip expands at most about a thousandfold, so this much costs the event loop a few milliseconds at worst. */
    private static final int INFLATE_INLINE_BYTES_MAX = 2 << 10;

    private final Vertx vertx;
    private final HttpConfig config;
    private final BodyBudget budget;
    private final Set<IncomingBody> incoming = new LinkedHashSet<>();

    public BodyReader(Vertx vertx, HttpConfig config, BodyBudget budget) {
        this.vertx = vertx;
        this.config = config;
        this.budget = budget;
        vertx.setPeriodic(Math.max(20, Math.min(SWEEP_MS, config.bodyTimeoutMs() / 2)), id -> sweep());
    }

    /**
     * Receives the body and gives it to the handler, inflated when {@code Content-Encoding} says gzip; fails the context with
     * 400, 408, 413, 415 or 503 otherwise. Must be called before the request's handler returns.
     */
    public void read(RoutingContext ctx, Handler<byte[]> handler) {
        HttpServerRequest request = ctx.request();
        Handler<byte[]> guarded = GuardedHandler.of(ctx, handler);
        boolean gzip = isGzip(request.getHeader(HttpHeaders.CONTENT_ENCODING));
        long declared = declaredBytes(request);
        if (declared > config.maxBodyBytes()) {
            throw tooLarge();
        }
        if (expectsContinue(request)) {
            ctx.response().writeContinue();
        }
        IncomingBody body = new IncomingBody(ctx, (int) declared, budget, config, incoming::remove, bytes -> {
            if (gzip) {
                inflate(ctx, bytes, guarded);
            } else {
                guarded.handle(bytes);
            }
        });
        incoming.add(body);
        body.receive();
    }

    /** Runs work on a worker thread when it is large and here when it is small; failures go to {@code ctx.fail}. */
    public <T> void runSized(RoutingContext ctx, boolean large, Callable<T> work, Handler<T> handler) {
        if (large) {
            vertx.executeBlocking(work, false).onComplete(GuardedHandler.of(ctx, handler), ctx::fail);
            return;
        }
        T result;
        try {
            result = work.call();
        } catch (Exception e) {
            ctx.fail(e);
            return;
        }
        handler.handle(result);
    }

    private void inflate(RoutingContext ctx, byte[] compressed, Handler<byte[]> handler) {
        runSized(
                ctx,
                compressed.length > INFLATE_INLINE_BYTES_MAX,
                () -> GzipBody.inflate(compressed, config.maxBodyBytes()),
                handler);
    }

    private HttpProblem tooLarge() {
        return HttpProblem.bodyTooLarge("the body is larger than " + config.maxBodyBytes()
                + " bytes; nothing was stored, send it in smaller requests");
    }

    private static boolean isGzip(String encoding) {
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            return false;
        }
        if (encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip")) {
            return true;
        }
        throw HttpProblem.unsupportedMediaType(
                "Content-Encoding '" + encoding + "' is not supported; send gzip or no encoding");
    }

    /** The Content-Length, or -1. Netty has refused malformed and contradicting ones already. */
    private static long declaredBytes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return -1;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            throw HttpProblem.badRequest("Content-Length is not a number: '" + length + "'");
        }
    }

    private static boolean expectsContinue(HttpServerRequest request) {
        String expect = request.getHeader(HttpHeaders.EXPECT);
        return expect != null && expect.equalsIgnoreCase("100-continue");
    }

    private void sweep() {
        long now = System.nanoTime();
        Iterator<IncomingBody> oldestFirst = incoming.iterator();
        while (oldestFirst.hasNext()) {
            IncomingBody body = oldestFirst.next();
            if (!body.isLate(now)) {
                return;
            }
            oldestFirst.remove();
            body.fail(HttpProblem.bodyTimeout("the body did not arrive within " + config.bodyTimeoutMs()
                    + " ms; nothing was stored, send it again"));
        }
    }
}
