package io.millrace.server.kafka;

import io.millrace.server.kafka.RequestDispatcher.Reply;
import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.kafka.quota.QuotaKind;
import io.millrace.storage.ReadResult;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;

/**
 * What requests use of their client's quota: a Produce the bytes that came, a Fetch or ShareFetch the records that leave. The answer says how long the
 * client is to wait, and leaves at once (KIP-219).
 */
final class QuotaUse {

    private QuotaUse() {}

    /**
     * Counts a request that is carried out, and writes into its answer how long the client is to wait.
     *
     * @return for how many milliseconds the connection is not to be read; usually 0
     */
    static int charge(ClientQuotas quotas, Reply reply, long requestBytes) {
        if (reply.header() == null) {
            return 0;
        }
        return switch (reply.header().apiKey()) {
            case PRODUCE -> produced(quotas, reply, requestBytes);
            case FETCH, SHARE_FETCH -> fetched(quotas, reply);
            default -> 0;
        };
    }

    private static int produced(ClientQuotas quotas, Reply reply, long requestBytes) {
        int throttleMs = quotas.throttleMs(QuotaKind.PRODUCE, reply.header().clientId(), requestBytes);
        if (throttleMs > 0 && reply.response() instanceof ApiResponse.Answer answer) {
            ((ProduceResponseData) answer.body()).setThrottleTimeMs(throttleMs);
        }
        return throttleMs;
    }

    private static int fetched(ClientQuotas quotas, Reply reply) {
        if (!(reply.response() instanceof ApiResponse.Answer answer)
                || answer.records().isEmpty()) {
            return 0;
        }
        long bytes = 0;
        for (ReadResult records : answer.records()) {
            bytes += records.sizeBytes();
        }
        int throttleMs = quotas.throttleMs(QuotaKind.FETCH, reply.header().clientId(), bytes);
        if (throttleMs > 0) {
            if (answer.body() instanceof ShareFetchResponseData shared) {
                shared.setThrottleTimeMs(throttleMs);
            } else {
                ((FetchResponseData) answer.body()).setThrottleTimeMs(throttleMs);
            }
        }
        return throttleMs;
    }
}
