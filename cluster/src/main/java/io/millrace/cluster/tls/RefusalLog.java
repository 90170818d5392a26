package io.millrace.cluster.tls;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Warns of connections that do not come about: once a minute for each other side and reason, because whoever is refused tries again
 * several times a second. The rest is logged at debug. Thread-safe.
 */
public final class RefusalLog {

    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Others and reasons that are remembered; of more, some are warned of too often. */
    private static final int REMEMBERED_MAX = 1_000;

    private final Logger log;
    private final LongSupplier nanoClock;
    private final Map<String, Long> warnedAt = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    public RefusalLog(Logger log) {
        this(log, System::nanoTime);
    }

    RefusalLog(Logger log, LongSupplier nanoClock) {
        this.log = log;
        this.nanoClock = nanoClock;
    }

    /**
     * @param host the other side, without a port that differs each time
     * @param message ends with what identifies this connection, which is not part of the reason
     */
    public void warn(String host, String reason, String message) {
        if (isNew(host + ' ' + reason)) {
            log.warn("{} (further ones like this are not told for a minute)", message);
        } else {
            log.debug("{}", message);
        }
    }

    private synchronized boolean isNew(String key) {
        long now = nanoClock.getAsLong();
        Long last = warnedAt.get(key);
        if (last != null && now - last < QUIET_NANOS) {
            return false;
        }
        warnedAt.remove(key);
        warnedAt.put(key, now);
        return true;
    }
}
