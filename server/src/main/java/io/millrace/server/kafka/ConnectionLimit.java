package io.millrace.server.kafka;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the open connections of a listener over all its event loops and turns away those above the limit. Thread-safe. */
final class ConnectionLimit {

    private static final Logger log = LoggerFactory.getLogger(ConnectionLimit.class);

    /** At most one line in this time: whoever floods the port must not flood the log too. */
    private static final long LOG_INTERVAL_NANOS = 10_000_000_000L;

    private final int maxConnections;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final AtomicLong nextLogNanos = new AtomicLong(System.nanoTime());

    ConnectionLimit(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** Takes a place; false when all are taken. Whoever got one calls {@link #release()} once. */
    boolean tryAcquire(String connection) {
        if (open.incrementAndGet() <= maxConnections) {
            return true;
        }
        open.decrementAndGet();
        turnedAway.incrementAndGet();
        long now = System.nanoTime();
        long next = nextLogNanos.get();
        if (now - next >= 0 && nextLogNanos.compareAndSet(next, now + LOG_INTERVAL_NANOS)) {
            log.warn(
                    "Kafka connection refused: all {} are in use (kafka.maxConnections); {} turned away since the last"
                            + " such line. Raise the limit or look for clients that do not close. connection={}",
                    maxConnections,
                    turnedAway.getAndSet(0),
                    connection);
        }
        return false;
    }

    void release() {
        open.decrementAndGet();
    }

    int open() {
        return open.get();
    }
}
