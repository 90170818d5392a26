package io.millrace.server.kafka;

import io.millrace.server.kafka.handler.ApiHandler;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.kafka.handler.ApiRequest;
import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.server.kafka.handler.ApiVersionsHandler;
import io.millrace.server.kafka.handler.ConnectionEnd;
import io.millrace.server.kafka.handler.KafkaErrors;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the header of a frame, finds the handler in the table and makes a reply of whatever becomes of it.
 *
 * <p>Thread-safe; runs on the event loop of the connection. Its futures never fail: a request that cannot be read disconnects
 * its connection, as Kafka does; a handler that fails gives the error answer of the request's version.
 */
final class RequestDispatcher {

    private static final Logger log = LoggerFactory.getLogger(RequestDispatcher.class);

    /** The version of the answer to an ApiVersions version that is not served (KIP-511). */
    private static final short API_VERSIONS_FALLBACK = 0;

    private final ApiHandlers handlers;

    RequestDispatcher(ApiHandlers handlers) {
        this.handlers = handlers;
    }

    /**
     * @param client where the request comes from
     * @param senders whether the other side of the connection may send a request
     * @param end of the connection
     */
    Future<Reply> dispatch(
            ByteBuffer frame, String connection, InetAddress client, SenderCheck senders, ConnectionEnd end) {
        RequestHeader header;
        try {
            header = RequestHeader.parse(frame);
        } catch (InvalidRequestException unreadable) {
            return disconnect(unreadable.getMessage());
        }
        ApiHandler<?> handler = handlers.get(header.apiKey());
        if (handler == null) {
            return disconnect(header.apiKey() + " (key " + header.apiKey().id + ") is not supported");
        }
        short version = header.apiVersion();
        if (version < handler.minVersion() || version > handler.maxVersion()) {
            return unsupportedVersion(header, handler);
        }
        AbstractRequest body;
        try {
            body = AbstractRequest.parseRequest(header.apiKey(), version, new ByteBufferAccessor(frame)).request;
        } catch (BufferUnderflowException cut) {
            return unreadable(header, "it ends too early");
        } catch (RuntimeException wrong) {
            return unreadable(header, wrong.getMessage());
        }
        String refusal = senders.refusal(body.data());
        if (refusal != null) {
            // No answer: those of the quorum would end the sender, or would be taken for those of a node.
            return disconnect(refusal);
        }
        return handle(handler, new ApiRequest<>(header, body, client, end))
                .map(response -> new Reply(header, version, response))
                .otherwise(failure -> new Reply(header, version, failed(header, body, failure, connection)));
    }

    private static Future<Reply> unsupportedVersion(RequestHeader header, ApiHandler<?> handler) {
        if (header.apiKey() == ApiKeys.API_VERSIONS) {
            ApiResponse response = ApiResponse.of(ApiVersionsHandler.unsupportedVersion(handler));
            return Future.succeededFuture(new Reply(header, API_VERSIONS_FALLBACK, response));
        }
        return disconnect(header.apiKey() + " version " + header.apiVersion() + " is not supported, versions "
                + handler.minVersion() + " to " + handler.maxVersion()
                + " are: update the client, or let it negotiate");
    }

    @SuppressWarnings("unchecked") // The table maps a key to the handler of that key's request class.
    private static Future<ApiResponse> handle(ApiHandler<?> handler, ApiRequest<AbstractRequest> request) {
        try {
            return ((ApiHandler<AbstractRequest>) handler).handle(request);
        } catch (Throwable failure) {
            // Also an error such as a failed assertion: the client must get an answer, or its connection would hang.
            return Future.failedFuture(failure);
        }
    }

    private static ApiResponse failed(
            RequestHeader header, AbstractRequest body, Throwable failure, String connection) {
        if (KafkaErrors.isAnswer(failure)) {
            log.debug(
                    "Request refused: {}. apiKey={} correlationId={} connection={}",
                    failure.getMessage(),
                    header.apiKey(),
                    header.correlationId(),
                    connection);
        } else {
            log.error(
                    "Request failed. apiKey={} correlationId={} connection={}",
                    header.apiKey(),
                    header.correlationId(),
                    connection,
                    failure);
        }
        return errorResponse(body, failure);
    }

    /** The answer that a request gets for a failure, in the shape of its version. */
    static ApiResponse errorResponse(AbstractRequest body, Throwable failure) {
        AbstractResponse response;
        try {
            response = body.getErrorResponse(KafkaErrors.exception(failure));
        } catch (RuntimeException unanswerable) {
            // Kafka's classes do not expect everything that can be sent, such as a produce request with null for
            // records.
            return new ApiResponse.Disconnect(
                    "a request failed and cannot be answered: " + KafkaErrors.message(failure));
        }
        return response == null
                ? new ApiResponse.Disconnect("a request without answer failed: " + KafkaErrors.message(failure))
                : ApiResponse.of(response.data());
    }

    private static Future<Reply> unreadable(RequestHeader header, String why) {
        return disconnect(
                "a request cannot be read: " + why + ". apiKey=" + header.apiKey() + " version=" + header.apiVersion());
    }

    private static Future<Reply> disconnect(String reason) {
        return Future.succeededFuture(new Reply(null, (short) 0, new ApiResponse.Disconnect(reason)));
    }

    /**
     * What to do about a request.
     *
     * @param header of the request; null when it could not be read, and the response is to disconnect
     * @param version in which an answer is to be written
     */
    record Reply(RequestHeader header, short version, ApiResponse response) {

        /** Bytes of records that the answer keeps in memory until it is written. */
        long memoryBytes() {
            long bytes = 0;
            if (response instanceof ApiResponse.Answer answer) {
                for (ReadResult result : answer.records()) {
                    for (LogSlice slice : result.slices()) {
                        bytes += slice instanceof LogSlice.Memory ? slice.sizeBytes() : 0;
                    }
                }
            }
            return bytes;
        }
    }
}
