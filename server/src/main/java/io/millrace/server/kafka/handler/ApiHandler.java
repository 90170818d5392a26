package io.millrace.server.kafka.handler;

import io.vertx.core.Future;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;

/**
 * Carries out the requests of one API key.
 *
 * <p>Stateless or thread-safe: one instance serves all event loops. {@link #handle} runs on the connection's event loop, must
 * not block, and its future completes on that event loop.
 *
 * @param <R> Kafka's class for the request
 */
public interface ApiHandler<R extends AbstractRequest> {

    ApiKeys apiKey();

    /** The oldest version that is carried out. */
    short minVersion();

    /** The newest version that is carried out, with every field of it: clients always take the newest common one. */
    short maxVersion();

    /**
     * Carries out a request. May throw or fail with anything: the dispatcher turns that into the error answer of the request's
     * version.
     */
    Future<ApiResponse> handle(ApiRequest<R> request);
}
