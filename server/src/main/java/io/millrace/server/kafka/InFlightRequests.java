package io.millrace.server.kafka;

import io.millrace.server.kafka.RequestDispatcher.Reply;
import java.util.ArrayDeque;

/**
 * The requests of one connection that are taken and not answered: keeps their order, because Kafka clients match answers to
 * requests by order, and counts them against the limits. A request counts until its answer is on the wire, so a client that
 * does not read its answers cannot pile up more.
 *
 * <p>Not thread-safe: one per connection, called on its event loop.
 */
final class InFlightRequests {

    /** A request and, once it is there, its reply. */
    static final class InFlight {
        private final int bytes;
        private final long beganNanos = System.nanoTime();
        private long answerBytes;
        private Reply reply;

        private InFlight(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }

        /** When the whole request was there, by {@link System#nanoTime()}. */
        long beganNanos() {
            return beganNanos;
        }

        Reply reply() {
            return reply;
        }
    }

    private final int maxRequests;
    private final long maxBytes;
    private final ArrayDeque<InFlight> unanswered = new ArrayDeque<>();
    private int requests;
    private long bytes;
    private long answerBytes;

    InFlightRequests(int maxRequests, long maxBytes) {
        this.maxRequests = maxRequests;
        this.maxBytes = maxBytes;
    }

    InFlight begin(int frameBytes) {
        InFlight request = new InFlight(frameBytes);
        unanswered.add(request);
        requests++;
        bytes += frameBytes;
        return request;
    }

    /** The reply to a request is there. Records that it keeps in memory count as bytes in flight, too. */
    void complete(InFlight request, Reply reply) {
        request.reply = reply;
        request.answerBytes = reply.memoryBytes();
        answerBytes += request.answerBytes;
    }

    /** The oldest request, if its reply is there; it still counts until {@link #end}. */
    InFlight pollReady() {
        InFlight oldest = unanswered.peek();
        return oldest != null && oldest.reply != null ? unanswered.poll() : null;
    }

    void end(InFlight request) {
        requests--;
        bytes -= request.bytes;
        answerBytes -= request.answerBytes;
    }

    boolean isEmpty() {
        return requests == 0;
    }

    /** Bytes of the requests, without those of their answers, which are the log's. */
    long bytes() {
        return bytes;
    }

    int count() {
        return requests;
    }

    /** Whether no further request may be taken now. */
    boolean atLimit() {
        return requests >= maxRequests || bytes + answerBytes >= maxBytes;
    }
}
