package io.millrace.cluster.metadata;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * A change of the quotas of one entity.
 *
 * @param values by the name of a quota; empty takes it away
 */
public record QuotaChange(QuotaEntity entity, Map<String, OptionalDouble> values) {

    public QuotaChange {
        values = Map.copyOf(values);
    }
}
