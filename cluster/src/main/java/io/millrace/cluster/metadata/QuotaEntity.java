package io.millrace.cluster.metadata;

import java.util.Map;
import java.util.Optional;

/**
 * Whom a quota is for (KIP-546): clients of a user, with a client id, or both.
 *
 * @param parts by kind, {@link #USER} or {@link #CLIENT_ID}: a name, or empty for every one that has no quota of its own
 */
public record QuotaEntity(Map<String, Optional<String>> parts) {

    public static final String USER = "user";
    public static final String CLIENT_ID = "client-id";

    public QuotaEntity {
        parts = Map.copyOf(parts);
    }
}
