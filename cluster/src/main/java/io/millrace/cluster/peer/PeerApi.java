package io.millrace.cluster.peer;

import io.vertx.core.Future;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One API that this node answers to other nodes: a row of the table behind the node-to-node listener.
 *
 * @param apiKey the API
 * @param minVersion the oldest version that is carried out
 * @param maxVersion the newest version that is carried out
 * @param handler carries a request out; called on an event loop, must not block, and fails with anything that the listener turns
 *     into the error answer of the request
 */
public record PeerApi(ApiKeys apiKey, short minVersion, short maxVersion, Handler handler) {

    @FunctionalInterface
    public interface Handler {
        Future<ApiMessage> handle(short version, ApiMessage request);
    }
}
