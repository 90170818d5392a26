package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Places for streams: how many of this node, how many of one remote address, how many in a second (gateway protocol §11). Thread-safe.
 *
 * <p>A place is taken before anything else is done for a request, and given back when nothing of its stream is left.
 */
final class StreamAdmission {

    /** So much of the rate may be used at once after a pause. */
    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GatewayLimits limits;
    private final LongSupplier nanoTime;
    private final long nanosBetween;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<String, Integer> openByAddress = new ConcurrentHashMap<>();
    /** When the next stream would come if all came at the rate, one after the other. */
    private final AtomicLong due;

    private final Promise<Void> empty = Promise.promise();
    private volatile boolean draining;

    StreamAdmission(GatewayLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.nanosBetween = limits.streamsPerSecondMax() == 0 ? 0 : BURST_NANOS / limits.streamsPerSecondMax();
        this.due = new AtomicLong(nanoTime.getAsLong());
    }

    /**
     * Takes a place.
     *
     * @param address of the client, without its port
     * @throws MillraceException LEADER_NOT_AVAILABLE (503) when this node has no more, THROTTLING_QUOTA_EXCEEDED (429) when the
     *     address has not
     */
    void enter(String address) {
        int now = open.incrementAndGet();
        try {
            checkNode(now);
            if (limits.streamsPerAddressMax() > 0
                    && openByAddress.merge(address, 1, Integer::sum) > limits.streamsPerAddressMax()) {
                forget(address);
                throw new MillraceException(
                        ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                        "this address has its largest number of streams (" + limits.streamsPerAddressMax()
                                + "); end some, or raise gateway.streamsPerAddressMax");
            }
        } catch (MillraceException e) {
            oneLess();
            throw e;
        }
    }

    private void checkNode(int now) {
        if (draining) {
            throw overloaded("this node is stopping; connect again, to another node if there is one");
        }
        if (now > limits.streamsMax()) {
            throw overloaded("this node has its largest number of streams (" + limits.streamsMax()
                    + "); try again later, or raise gateway.streamsMax");
        }
        if (!isInTime()) {
            throw overloaded(
                    "more than " + limits.streamsPerSecondMax()
                            + " streams a second are opened on this node; try again later, or raise gateway.streamsPerSecondMax");
        }
    }

    private static MillraceException overloaded(String message) {
        return new MillraceException(ErrorCode.LEADER_NOT_AVAILABLE, message);
    }

    private boolean isInTime() {
        if (nanosBetween == 0) {
            return true;
        }
        while (true) {
            long now = nanoTime.getAsLong();
            long at = due.get();
            long begins = at - now > 0 ? at : now;
            if (begins - now > BURST_NANOS - nanosBetween) {
                return false;
            }
            if (due.compareAndSet(at, begins + nanosBetween)) {
                return true;
            }
        }
    }

    /** Gives a place back. */
    void leave(String address) {
        if (limits.streamsPerAddressMax() > 0) {
            forget(address);
        }
        oneLess();
    }

    private void forget(String address) {
        openByAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }

    private void oneLess() {
        if (open.decrementAndGet() == 0 && draining) {
            empty.tryComplete();
        }
    }

    /** Places that are taken. */
    int open() {
        return open.get();
    }

    /** Addresses that are remembered: none without a stream. */
    int addresses() {
        return openByAddress.size();
    }

    /** From now on nobody gets a place; completes when all are given back. */
    Future<Void> drain() {
        draining = true;
        if (open.get() == 0) {
            empty.tryComplete();
        }
        return empty.future();
    }

    boolean isDraining() {
        return draining;
    }
}
