package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.auth.CredentialsReader;
import io.millrace.websocket.protocol.Subprotocol;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.protocol.WireForm;
import io.millrace.websocket.subscription.StreamParameters;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request for a stream: in which form, and of what.
 *
 * @param form what its transport and its subprotocol make of it
 * @param parameters of its query string
 */
record StreamRequest(WireForm form, StreamParameters parameters) {

    /**
     * Reads a request.
     *
     * @param topic of its path; null when the path names none
     * @throws MillraceException INVALID_REQUEST
     */
    static StreamRequest read(HttpServerRequest request, Transport transport, String topic, GatewayLimits limits) {
        Subprotocol subprotocol = transport == Transport.WEBSOCKET
                ? Subprotocol.choose(request.getHeader("Sec-WebSocket-Protocol"))
                : null;
        WireForm form = switch (transport) {
            case WEBSOCKET -> subprotocol == null ? WireForm.PLAIN : subprotocol.form();
            case SSE -> WireForm.SSE;
            case NDJSON -> WireForm.NDJSON;
        };
        StreamParameters parameters = parse(request, limits).in(form, subprotocol == Subprotocol.CLOUDEVENTS);
        StreamRequest read = new StreamRequest(form, topic == null ? parameters : parameters.ofTopic(topic));
        if (read.isEmpty() && !form.isSubprotocol()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "topic: is missing; write topic=…, several times for several, or topic_pattern=…");
        }
        return read;
    }

    /** Whether a request, whose path names no topic, leaves everything to the messages that follow it. */
    static boolean isForMessages(HttpServerRequest request, Transport transport, GatewayLimits limits) {
        StreamRequest read = read(request, transport, null, limits);
        return read.form.isSubprotocol() && read.isEmpty();
    }

    private static StreamParameters parse(HttpServerRequest request, GatewayLimits limits) {
        try {
            Map<String, List<String>> query = new LinkedHashMap<>(new QueryStringDecoder(request.uri()).parameters());
            query.keySet().removeAll(CredentialsReader.PARAMETERS);
            return StreamParameters.parse(query, request.getHeader("Last-Event-ID"), limits);
        } catch (IllegalArgumentException e) {
            throw new MillraceException(ErrorCode.INVALID_REQUEST, "the query string is malformed: " + e.getMessage());
        }
    }

    /** Whether the client will say later what it wants to follow. */
    boolean isEmpty() {
        return parameters.selection().isEmpty();
    }
}
