package io.millrace.server.kafka.quota;

import io.millrace.cluster.metadata.QuotaEntity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The quotas that are set, and which of them is that of a client: the most exact one, in Kafka's order (KIP-55). Immutable. */
final class QuotaTable {

    /**
     * The quota of a client.
     *
     * @param bytesPerSecond what it may use
     * @param sharers who uses it together: all clients with the same value
     */
    record Limit(double bytesPerSecond, Sharers sharers) {}

    /**
     * @param user null when all users with the client id share
     * @param clientId null when all clients of the user share
     */
    record Sharers(QuotaKind kind, String user, String clientId) {}

    private static final Optional<String> DEFAULT = Optional.empty();

    private final Map<QuotaEntity, Map<String, Double>> quotas;

    QuotaTable(Map<QuotaEntity, Map<String, Double>> quotas) {
        this.quotas = quotas;
    }

    /** Whether nobody has a quota of a kind that is enforced. */
    boolean isEmpty() {
        for (Map<String, Double> values : quotas.values()) {
            for (QuotaKind kind : QuotaKind.values()) {
                if (values.containsKey(kind.quotaName())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The quota of a client, or null. */
    Limit of(QuotaKind kind, String user, String clientId) {
        for (Optional<String> userPart : List.of(Optional.of(user), DEFAULT)) {
            for (Optional<String> clientPart : List.of(Optional.of(clientId), DEFAULT)) {
                Double both = value(kind, Map.of(QuotaEntity.USER, userPart, QuotaEntity.CLIENT_ID, clientPart));
                if (both != null) {
                    return new Limit(both, new Sharers(kind, user, clientId));
                }
            }
            Double ofUser = value(kind, Map.of(QuotaEntity.USER, userPart));
            if (ofUser != null) {
                return new Limit(ofUser, new Sharers(kind, user, null));
            }
        }
        for (Optional<String> clientPart : List.of(Optional.of(clientId), DEFAULT)) {
            Double ofClient = value(kind, Map.of(QuotaEntity.CLIENT_ID, clientPart));
            if (ofClient != null) {
                return new Limit(ofClient, new Sharers(kind, null, clientId));
            }
        }
        return null;
    }

    private Double value(QuotaKind kind, Map<String, Optional<String>> parts) {
        Map<String, Double> values = quotas.get(new QuotaEntity(parts));
        return values == null ? null : values.get(kind.quotaName());
    }
}
