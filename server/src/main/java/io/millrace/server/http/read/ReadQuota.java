package io.millrace.server.http.read;

import io.millrace.server.http.HttpProblem;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.kafka.quota.QuotaKind;
import io.millrace.websocket.DeliveryQuota;
import io.millrace.websocket.auth.ClientIdentity;
import java.util.function.Supplier;

/**
 * The {@code consumer_byte_rate} of those who read over HTTP and WebSockets: streams are sent nothing for a while, reads are refused. Any
 * thread.
 */
public final class ReadQuota implements DeliveryQuota {

    private final Supplier<ClientQuotas> quotas;

    /** @param quotas asked for each time: streams are made before there are any */
    public ReadQuota(Supplier<ClientQuotas> quotas) {
        this.quotas = quotas;
    }

    @Override
    public int pauseMs(ClientIdentity client, long bytes) {
        return quotas.get().throttleMs(QuotaKind.FETCH, ClientQuotas.HTTP_CLIENTS, bytes);
    }

    /** Throws HttpProblem 429 while more was read than the quota allows. */
    void admit() {
        int waitMs = pauseMs(null, 0);
        if (waitMs > 0) {
            throw HttpProblem.overQuota(
                    "reads over HTTP are above their quota (consumer_byte_rate of the client id "
                            + ClientQuotas.HTTP_CLIENTS + ", or the default): try again in " + waitMs + " ms",
                    (waitMs + 999) / 1000);
        }
    }

    /** Notes what an answer had. */
    void charge(int bytes) {
        pauseMs(null, bytes);
    }
}
