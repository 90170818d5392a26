package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.QuotaEntity;
import io.millrace.server.kafka.quota.QuotaKind;
import java.util.Arrays;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/** For whom and for what quotas can be set. What is not enforced is refused: a limit that is not kept would be a trap. */
final class QuotaKinds {

    private static final Set<String> ENTITIES = Set.of(QuotaEntity.USER, QuotaEntity.CLIENT_ID);

    private QuotaKinds() {}

    static void requireKind(String entityType) {
        if (!ENTITIES.contains(entityType)) {
            throw Errors.UNSUPPORTED_VERSION.exception(
                    "Quotas are for users and client ids here, not for '" + entityType + "'.");
        }
    }

    static void requireQuota(String name) {
        if (Arrays.stream(QuotaKind.values()).noneMatch(kind -> kind.quotaName().equals(name))) {
            throw Errors.INVALID_REQUEST.exception("'" + name
                    + "' is not enforced here, so it cannot be set: producer_byte_rate and consumer_byte_rate are.");
        }
    }
}
