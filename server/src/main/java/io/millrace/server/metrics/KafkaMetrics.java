package io.millrace.server.metrics;

/** What the Kafka listener tells whoever counts. Called on event loops: implementations must be thread-safe and quick. */
public interface KafkaMetrics {

    /** Counts nothing. */
    KafkaMetrics NONE = new KafkaMetrics() {};

    default void connectionOpened() {}

    default void connectionClosed() {}

    /**
     * A request was answered.
     *
     * @param api the name of the API ({@code Produce}), one of a fixed set
     * @param nanos from the whole request to its answer; with the time that a fetch waited for data
     */
    default void requestAnswered(String api, long nanos) {}

    /** Bytes of whole requests that came in, and of answers that went out. */
    default void transferred(long bytesIn, long bytesOut) {}
}
