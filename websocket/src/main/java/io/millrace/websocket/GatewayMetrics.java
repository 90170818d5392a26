package io.millrace.websocket;

import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.Transport;
import java.util.Map;

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

    /**
     * A subscription began; a stream without a subprotocol has exactly one.
     *
     * @param view what it shows: {@code log}, every record
     */
    default void subscriptionBegan(String view) {}

    /** A subscription was refused because the node has too many. */
    default void subscriptionRefused() {}

    /** A subscription of this view ended. */
    default void subscriptionEnded(String view) {}

    /**
     * How far the followers of one event loop are behind: for each topic the greatest distance of any of them from the high watermark. Topics
     * without one that reads the log are missing.
     *
     * @param loop who says so, the same object each time
     */
    default void lag(Object loop, Map<String, Long> recordsByTopic) {}

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

    /** A client was turned away because of its credentials. */
    default void authenticationFailed() {}

    /** So many records were left out because a newer one of the same thing was sent for them. */
    default void conflated(long records) {}

    /** A follower's buffer is full; it goes on from the log once there is room. */
    default void stalled() {}

    /** A client that was sent more than its quota allows is sent nothing for a while. */
    default void quotaPaused() {}
}
