package io.millrace.server.http.produce;

import io.millrace.server.http.HttpProblem;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.kafka.quota.QuotaKind;

/**
 * The {@code producer_byte_rate} of those who write over HTTP. A Kafka client that is above its quota is not read for a while; over HTTP
 * nothing says whose connection that is, so the next request is refused, before its body is read, until the rate is right again.
 */
final class WriteQuota {

    private final ClientQuotas quotas;

    WriteQuota(ClientQuotas quotas) {
        this.quotas = quotas;
    }

    /** Throws HttpProblem 429 while more came than the quota allows. */
    void admit() {
        int waitMs = quotas.throttleMs(QuotaKind.PRODUCE, ClientQuotas.HTTP_CLIENTS, 0);
        if (waitMs > 0) {
            throw HttpProblem.overQuota(
                    "writes over HTTP are above their quota (producer_byte_rate of the client id "
                            + ClientQuotas.HTTP_CLIENTS + ", or the default): nothing was stored, send this again in "
                            + waitMs + " ms",
                    (waitMs + 999) / 1000);
        }
    }

    /** Notes what came. */
    void charge(int bytes) {
        quotas.throttleMs(QuotaKind.PRODUCE, ClientQuotas.HTTP_CLIENTS, bytes);
    }
}
