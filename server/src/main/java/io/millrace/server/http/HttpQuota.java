package io.millrace.server.http;

import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.kafka.quota.QuotaKind;

/**
 * A quota of all who come over HTTP and WebSockets, who are one client ({@link ClientQuotas#HTTP_CLIENTS}). A Kafka client that is above its
 * quota is not read for a while; over HTTP nothing says whose connection that is, so the next request is refused, before its body is read,
 * until the rate is right again. Any thread.
 */
public final class HttpQuota {

    private final ClientQuotas quotas;
    private final QuotaKind kind;
    private final String who;
    private final String whatNow;

    private HttpQuota(ClientQuotas quotas, QuotaKind kind, String who, String whatNow) {
        this.quotas = quotas;
        this.kind = kind;
        this.who = who;
        this.whatNow = whatNow;
    }

    /** {@code producer_byte_rate}. */
    public static HttpQuota ofWrites(ClientQuotas quotas) {
        return new HttpQuota(quotas, QuotaKind.PRODUCE, "writes over HTTP", "nothing was stored, send this again in ");
    }

    /** {@code consumer_byte_rate}. */
    public static HttpQuota ofReads(ClientQuotas quotas) {
        return new HttpQuota(quotas, QuotaKind.FETCH, "reads over HTTP", "try again in ");
    }

    /** Throws HttpProblem 429 while there were more bytes than the quota allows. */
    public void admit() {
        int waitMs = charge(0);
        if (waitMs > 0) {
            throw HttpProblem.overQuota(
                    who + " are above their quota (" + kind.quotaName() + " of the client id "
                            + ClientQuotas.HTTP_CLIENTS + ", or the default): " + whatNow + waitMs + " ms",
                    (waitMs + 999) / 1000);
        }
    }

    /** Notes bytes, and returns for how many milliseconds there should be no more; usually 0. */
    public int charge(long bytes) {
        return quotas.throttleMs(kind, ClientQuotas.HTTP_CLIENTS, bytes);
    }
}
