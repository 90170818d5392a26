package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.delivery.MessageDeflate;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.protocol.WireForm;
import io.millrace.websocket.session.Http2Outlet;
import io.millrace.websocket.session.HttpOutlet;
import io.millrace.websocket.session.InboundBudget;
import io.millrace.websocket.session.MessageAssembler;
import io.millrace.websocket.session.Outlet;
import io.millrace.websocket.session.StreamEnd;
import io.millrace.websocket.session.WebSocketOutlet;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContentEncoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** Opens the way to a client, or refuses it in the way that its transport understands (gateway protocol §11.1). */
final class StreamOpener {

    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final String JSON = "application/json";
    private static final int TOO_MANY = 429;
    private static final Runnable NOTHING = () -> {};

    private final Vertx vertx;
    private final GatewayLimits limits;
    private final OriginCheck origins;
    private final InboundBudget unfinished;
    private final String challenge;

    /**
     * An opener.
     *
     * @param challenge what clients without the right credentials are told to have
     */
    StreamOpener(Vertx vertx, GatewayLimits limits, OriginCheck origins, String challenge) {
        this.challenge = challenge;
        this.unfinished = new InboundBudget(limits.unfinishedBytesMax());
        this.vertx = vertx;
        this.limits = limits;
        this.origins = origins;
    }

    /** What the client asks for. */
    static Transport transport(HttpServerRequest request) {
        String upgrade = request.getHeader(HttpHeaders.UPGRADE);
        if (upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("websocket")) {
            return Transport.WEBSOCKET;
        }
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        boolean events = accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream");
        return events ? Transport.SSE : Transport.NDJSON;
    }

    /** Throws TOPIC_AUTHORIZATION_FAILED when the page that opens the stream may not. */
    void checkOrigin(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (!origins.isAllowed(origin, request.authority())) {
            throw new MillraceException(
                    ErrorCode.TOPIC_AUTHORIZATION_FAILED,
                    "pages of origin '" + origin
                            + "' may not open streams here; add it to http.allowedOrigins if it should");
        }
    }

    /** Throws INVALID_REQUEST when a WebSocket is asked for in a way that is no handshake: not even a close code could tell its client. */
    void checkHandshake(HttpServerRequest request, Transport transport) {
        if (transport == Transport.WEBSOCKET && request.version() != HttpVersion.HTTP_1_0) {
            HandshakeCheck.check(request);
        }
    }

    /** Throws INVALID_REQUEST for a version of HTTP that has no streams. */
    void checkVersion(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_1_0) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "a stream needs HTTP/1.1 or newer, this request is HTTP/1.0");
        }
    }

    /** Whether messages to this client are compressed: it offers it, and the listener was made for it. */
    boolean deflates(HttpServerRequest request) {
        return limits.compression()
                && transport(request) == Transport.WEBSOCKET
                && MessageDeflate.negotiate(request.getHeader(EXTENSIONS)) != null;
    }

    /** Opens the stream; completes on the event loop of the connection, which must be the current one. */
    Future<Outlet> open(HttpServerRequest request, WireForm form) {
        Transport transport = form.transport();
        if (transport == Transport.WEBSOCKET) {
            return openWebSocket(request, form.isSubprotocol());
        }
        HttpServerResponse response = request.response();
        response.setChunked(true);
        response.putHeader(
                HttpHeaders.CONTENT_TYPE, transport == Transport.SSE ? "text/event-stream" : "application/x-ndjson");
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // Proxies that gather a response before they pass it on would hold back the stream.
        response.putHeader("X-Accel-Buffering", "no");
        allowOrigin(request);
        if (request.version() == HttpVersion.HTTP_2) {
            return response.writeHead()
                    .map(v -> new Http2Outlet(
                            vertx, response, transport, limits.outboundBufferBytes(), limits.closeTimeoutMs()));
        }
        HttpServerConnection connection = (HttpServerConnection) request.connection();
        if (connection.channelHandlerContext().pipeline().get(HttpContentEncoder.class) != null) {
            // A compressor of this connection would hold back what it gathers.
            response.putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
        }
        return response.writeHead()
                .map(v -> new HttpOutlet(
                        response,
                        connection.channelHandlerContext().channel(),
                        transport,
                        limits.outboundBufferBytes(),
                        limits.closeTimeoutMs()));
    }

    /** Refuses a request before its stream is open. */
    void refuse(HttpServerRequest request, Transport transport, MillraceException error) {
        boolean fromPage = request.getHeader(HttpHeaders.ORIGIN) != null;
        int status = error.code().httpStatus();
        if (transport == Transport.WEBSOCKET && fromPage && status < 500 && status != TOO_MANY) {
            // A page cannot see the status of a refused handshake, only a close code.
            openWebSocket(request, false).onSuccess(outlet -> outlet.close(StreamEnd.of(error), NOTHING));
        } else {
            refuseByStatus(request, error);
        }
    }

    /** Refuses a stream that is open already. */
    void refuse(Outlet outlet, MillraceException error) {
        outlet.close(StreamEnd.of(error), NOTHING);
    }

    /** Refuses with an HTTP status, whatever the client can make of it. */
    void refuseByStatus(HttpServerRequest request, MillraceException error) {
        HttpServerResponse response = request.response();
        int status = error.code().httpStatus();
        if (error instanceof HandshakeCheck.WrongVersion wrongVersion) {
            status = wrongVersion.httpStatus();
            response.putHeader("Sec-WebSocket-Version", HandshakeCheck.VERSION);
        }
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (status == 401) {
            response.putHeader("WWW-Authenticate", challenge);
        }
        if (status == 503 || status == TOO_MANY) {
            response.putHeader(
                    HttpHeaders.RETRY_AFTER,
                    Integer.toString(ThreadLocalRandom.current().nextInt(1, 6)));
        }
        allowOrigin(request);
        response.end(ErrorJson.httpBody(error.code(), error.getMessage()));
    }

    private Future<Outlet> openWebSocket(HttpServerRequest request, boolean takesMessages) {
        Channel channel = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel();
        boolean deflated = deflates(request);
        if (channel.pipeline().get(WebSocketServerExtensionHandler.class) != null) {
            // It would agree on compression with a window for each connection. It is there because only then the
            // decoder lets
            // compressed messages through.
            channel.pipeline().remove(WebSocketServerExtensionHandler.class);
        }
        if (deflated) {
            request.response().putHeader(EXTENSIONS, MessageDeflate.negotiate(request.getHeader(EXTENSIONS)));
        }
        return request.toWebSocket()
                .map(socket -> new WebSocketOutlet(
                        channel,
                        limits.outboundBufferBytes(),
                        limits.closeTimeoutMs(),
                        unfinished,
                        takesMessages ? new MessageAssembler(limits.messageBytesMax(), deflated) : null,
                        deflated));
    }

    /** Bytes of messages that are not whole, of all connections. */
    long unfinishedBytes() {
        return unfinished.takenBytes();
    }

    private void allowOrigin(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origins.isListed(origin)) {
            request.response().putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            request.response().putHeader(HttpHeaders.VARY, "Origin");
        }
    }
}
