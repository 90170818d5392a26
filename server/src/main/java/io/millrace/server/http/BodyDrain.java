package io.millrace.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * What happens to the rest of a body when the request is refused before all of it came. Closing at once would reset the
 * connection, and the client, still sending, might never see the answer; so the rest is read and dropped, but only so much and
 * so long.
 */
final class BodyDrain {

    /** More than a refused upload of ordinary size; a client that sends on regardless is cut. */
    private static final long DROPPED_BYTES_MAX = 64L << 20;

    private static final long DRAIN_MS_MAX = 5_000;

    private final Vertx vertx;

    BodyDrain(Vertx vertx) {
        this.vertx = vertx;
    }

    /** To be called before the error is answered; does nothing for a request whose body is here, or that has none. */
    void before(HttpServerRequest request, int status) {
        if (request.isEnded() || !hasBody(request)) {
            return;
        }
        boolean close = status == 408 || status == 413;
        if (close) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        long timer = vertx.setTimer(DRAIN_MS_MAX, id -> request.connection().close());
        long[] dropped = {0};
        request.exceptionHandler(gone -> vertx.cancelTimer(timer));
        request.handler(chunk -> {
            dropped[0] += chunk.length();
            if (dropped[0] > DROPPED_BYTES_MAX) {
                request.connection().close();
            }
        });
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            if (close) {
                request.connection().close();
            }
        });
        request.resume();
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null ? !length.equals("0") : request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
}
