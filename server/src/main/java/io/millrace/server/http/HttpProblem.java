package io.millrace.server.http;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** An error whose HTTP status says more than its row in the catalogue, because it is about HTTP itself. */
public final class HttpProblem extends MillraceException {

    private final int status;
    private final int retryAfterSeconds;

    private HttpProblem(int status, ErrorCode code, String message) {
        this(status, code, message, 0);
    }

    private HttpProblem(int status, ErrorCode code, String message, int retryAfterSeconds) {
        super(code, message);
        this.status = status;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** When the client may try again; 0 when the status decides. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** The same problem in other words. */
    public HttpProblem withMessage(String message) {
        return new HttpProblem(status, code(), message, retryAfterSeconds);
    }

    /** 400: the request is not understood. */
    public static HttpProblem badRequest(String message) {
        return new HttpProblem(400, ErrorCode.INVALID_REQUEST, message);
    }

    /** 403: a page of another site. */
    public static HttpProblem originRefused(String message) {
        return new HttpProblem(403, ErrorCode.INVALID_REQUEST, message);
    }

    /** 404: a URL that means nothing here. */
    public static HttpProblem unknownUrl(String message) {
        return new HttpProblem(404, ErrorCode.INVALID_REQUEST, message);
    }

    /** 405: a URL that exists, with another method. */
    public static HttpProblem methodNotAllowed(String message) {
        return new HttpProblem(405, ErrorCode.INVALID_REQUEST, message);
    }

    /** 408: the body did not arrive in time. Nothing was stored. */
    public static HttpProblem bodyTimeout(String message) {
        return new HttpProblem(408, ErrorCode.INVALID_REQUEST, message);
    }

    /** 409: a request with the same idempotency key is not answered yet. */
    public static HttpProblem inProgress(String message) {
        return new HttpProblem(409, ErrorCode.CONCURRENT_TRANSACTIONS, message, 1);
    }

    /** 413: a body over its limit. Nothing was stored. */
    public static HttpProblem bodyTooLarge(String message) {
        return new HttpProblem(413, ErrorCode.MESSAGE_TOO_LARGE, message);
    }

    /** 414: a request line over its limit. */
    public static HttpProblem urlTooLong(String message) {
        return new HttpProblem(414, ErrorCode.INVALID_REQUEST, message);
    }

    /** 415: a Content-Type or Content-Encoding that is not taken. */
    public static HttpProblem unsupportedMediaType(String message) {
        return new HttpProblem(415, ErrorCode.INVALID_REQUEST, message);
    }

    /** 429: above a quota. Nothing was stored. */
    public static HttpProblem overQuota(String message, int retryAfterSeconds) {
        return new HttpProblem(429, ErrorCode.THROTTLING_QUOTA_EXCEEDED, message, retryAfterSeconds);
    }

    /** 431: headers over their limit. */
    public static HttpProblem headersTooLarge(String message) {
        return new HttpProblem(431, ErrorCode.INVALID_REQUEST, message);
    }

    /** 503 because of too much at once. Nothing was stored; the same request may succeed later. */
    public static HttpProblem overloaded(String message) {
        return new HttpProblem(503, ErrorCode.THROTTLING_QUOTA_EXCEEDED, message);
    }
}
