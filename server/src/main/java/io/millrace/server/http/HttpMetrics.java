package io.millrace.server.http;

/** What the HTTP listener tells whoever counts. Called on event loops: implementations must be thread-safe and quick. */
public interface HttpMetrics {

    /** Counts nothing. */
    HttpMetrics NONE = new HttpMetrics() {};

    /**
     * A request was answered.
     *
     * @param route the name of the route ({@code POST /topics/:topic/records}), never a client's own text
     * @param status the HTTP status
     * @param nanos from the request's head to the end of the answer
     */
    default void requestAnswered(String route, int status, long nanos) {}

    /** So many records of one write were stored now, or taken without an answer ({@code acks=0}). */
    default void produced(int records) {}

    /** So many records had been stored by an earlier request with the same idempotency key. */
    default void replayed(int records) {}

    default void connectionOpened() {}

    default void connectionClosed() {}

    /** A connection over the limit. */
    default void connectionRefused() {}
}
