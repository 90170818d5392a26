package io.millrace.server.kafka.quota;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.QuotaEntity;
import io.millrace.server.kafka.quota.QuotaTable.Limit;
import io.millrace.server.kafka.quota.QuotaTable.Sharers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What clients use of their quotas on this node. Each node counts for itself, as in Kafka: a client that talks to two nodes may use its
 * quota twice.
 *
 * <p>Thread-safe. While no quota is set, asking is one volatile read.
 */
public final class ClientQuotas {

    /** The user of connections that did not say who they are. */
    public static final String ANONYMOUS = "ANONYMOUS";

    /** The client id of all who come over HTTP and WebSockets, by which a quota can be set for them. */
    public static final String HTTP_CLIENTS = "http";

    /** How many clients are counted at a time; of those that were heard of least recently it is forgotten what they used. */
    static final int COUNTED_MAX = 10_000;

    private final int windowNum;
    private final long windowMs;
    private final LongSupplier nowMs;

    /** Null while nobody has a quota. */
    private volatile QuotaTable table;

    private Map<QuotaEntity, Map<String, Double>> seen = Map.of();

    private final Map<Sharers, RateWindows> used = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Sharers, RateWindows> eldest) {
            return size() > COUNTED_MAX;
        }
    };

    /**
     * @param windowNum over how many windows a rate is taken, at least 2
     * @param windowMs how long each is
     * @param nowMs a clock that only goes forward
     */
    public ClientQuotas(int windowNum, long windowMs, LongSupplier nowMs) {
        this.windowNum = windowNum;
        this.windowMs = windowMs;
        this.nowMs = nowMs;
    }

    /** The quotas of a cluster, as they change, over the clock of this process. */
    public static ClientQuotas of(Controller controller, int windowNum, long windowMs) {
        ClientQuotas quotas =
                new ClientQuotas(windowNum, windowMs, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        controller.onImage(quotas::onImage);
        quotas.onImage(controller.image());
        return quotas;
    }

    /** The quotas that were committed; called for each image, in order. */
    public void onImage(ClusterImage image) {
        Map<QuotaEntity, Map<String, Double>> now = image.committed().quotas();
        if (now == seen) {
            return;
        }
        seen = now;
        QuotaTable next = new QuotaTable(now);
        table = next.isEmpty() ? null : next;
        if (next.isEmpty()) {
            synchronized (used) {
                used.clear();
            }
        }
    }

    /** Notes bytes of a client, and returns for how many milliseconds nothing more is to be taken from it; usually 0. */
    public int throttleMs(QuotaKind kind, String clientId, long bytes) {
        Limit limit = limit(kind, clientId);
        if (limit == null) {
            return 0;
        }
        long now = nowMs.getAsLong();
        synchronized (used) {
            RateWindows windows =
                    used.computeIfAbsent(limit.sharers(), sharers -> new RateWindows(windowNum, windowMs, now));
            return (int) Math.min(Integer.MAX_VALUE, windows.record(bytes, limit.bytesPerSecond(), now));
        }
    }

    /** The most that one answer may have without being above the quota by itself; {@link Integer#MAX_VALUE} for any. */
    public int maxAtOnce(QuotaKind kind, String clientId) {
        Limit limit = limit(kind, clientId);
        return limit == null
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, limit.bytesPerSecond() * (windowNum - 1) * windowMs / 1000);
    }

    private Limit limit(QuotaKind kind, String clientId) {
        QuotaTable present = table;
        return present == null ? null : present.of(kind, ANONYMOUS, clientId == null ? "" : clientId);
    }
}
