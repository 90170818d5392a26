package io.millrace.websocket;

import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.Transport;

/**
 * What the gateway tells whoever counts (gateway protocol §12). Called on event loops, once for each round of deliveries rather
 * than for each delivery: implementations must be thread-safe and quick.
 */
public interface GatewayMetrics {

    /** Counts nothing. */
    GatewayMetrics NONE = new GatewayMetrics() {};

    /** A stream was opened. */
    default void streamOpened(Transport transport) {}

    /**
     * A stream that was opened has ended.
     *
     * @param closeCode why, as a WebSocket close code, whatever the transport; 1006 when the client went without a word
     */
    default void streamClosed(Transport transport, int closeCode) {}

    /** So many records, in so many bytes, were handed to the sockets of followers of a topic. */
    default void sent(String topic, long records, long bytes) {}

    /** Records were encoded into a frame. */
    default void frameEncoded(String topic) {}

    /** A frame was written to so many followers. */
    default void frameShared(String topic, long followers) {}

    /** Time from the notice that records can be read to their write into the sockets of one event loop. */
    default void deliveryLatency(long nanos) {}

    /** A follower lost records. */
    default void gap(Gap.Reason reason) {}

    /** So many records were dropped because the expression of a filter could not be evaluated for them. */
    default void filterFailed(long records) {}

    /** So many records were left out because a newer one of the same thing was sent for them. */
    default void conflated(long records) {}

    /** A follower's buffer is full; it goes on from the log once there is room. */
    default void stalled() {}
}
