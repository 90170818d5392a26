package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.GatewayMetrics;
import java.util.concurrent.atomic.AtomicInteger;

/** Places for subscriptions: how many may be open on this node, of whatever connections. Thread-safe. */
public final class SubscriptionPlaces {

    private final int max;
    private final GatewayMetrics metrics;
    private final AtomicInteger taken = new AtomicInteger();

    /** As many places as that, none of them taken. */
    public SubscriptionPlaces(int max, GatewayMetrics metrics) {
        this.max = max;
        this.metrics = metrics;
    }

    /**
     * Looks whether there is a place, for whoever wants to refuse before anything is opened; it may be gone when it is to be taken.
     *
     * @throws MillraceException THROTTLING_QUOTA_EXCEEDED (429, 4429) when there is none
     */
    public void requireOne() {
        if (taken.get() >= max) {
            throw none();
        }
    }

    /** Takes a place; throws as {@link #requireOne}. */
    void take() {
        if (taken.incrementAndGet() > max) {
            taken.decrementAndGet();
            throw none();
        }
    }

    void giveBack() {
        taken.decrementAndGet();
    }

    private MillraceException none() {
        metrics.subscriptionRefused();
        return new MillraceException(
                ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                "this node has its largest number of subscriptions (" + max
                        + "); end some, try again later, or raise gateway.subscriptionsMax");
    }
}
