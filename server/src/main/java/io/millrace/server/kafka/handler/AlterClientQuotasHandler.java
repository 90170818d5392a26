package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.QuotaChange;
import io.millrace.cluster.metadata.QuotaEntity;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;

/** Sets and takes away quotas of clients (KIP-546): one row per entity, each changed whole or not at all. */
final class AlterClientQuotasHandler implements ApiHandler<AlterClientQuotasRequest> {

    private final ClusterAdmin admin;

    AlterClientQuotasHandler(ClusterAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_CLIENT_QUOTAS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<AlterClientQuotasRequest> request) {
        AlterClientQuotasRequestData body = request.body().data();
        Map<EntryData, Throwable> refused = new IdentityHashMap<>();
        Map<QuotaEntity, QuotaChange> changes = new HashMap<>();
        for (EntryData entry : body.entries()) {
            try {
                QuotaChange change = change(entry);
                if (changes.putIfAbsent(change.entity(), change) != null) {
                    throw Errors.INVALID_REQUEST.exception("The same entity is named twice in this request.");
                }
            } catch (RuntimeException failure) {
                refused.put(entry, failure);
            }
        }
        return admin.alterQuotas(List.copyOf(changes.values()), body.validateOnly())
                .map(outcomes -> ApiResponse.of(response(body.entries(), refused, outcomes)));
    }

    private static QuotaChange change(EntryData entry) {
        Map<String, OptionalDouble> values = new HashMap<>();
        QuotaEntity entity = entity(entry);
        entity.parts().keySet().forEach(QuotaKinds::requireKind);
        for (OpData op : entry.ops()) {
            if (!op.remove()) {
                QuotaKinds.requireQuota(op.key());
            }
            OptionalDouble value = op.remove() ? OptionalDouble.empty() : OptionalDouble.of(op.value());
            if (values.put(op.key(), value) != null) {
                throw Errors.INVALID_REQUEST.exception("'" + op.key() + "' is named twice.");
            }
        }
        return new QuotaChange(entity, values);
    }

    private static QuotaEntity entity(EntryData entry) {
        Map<String, Optional<String>> parts = new HashMap<>();
        entry.entity().forEach(part -> parts.put(part.entityType(), Optional.ofNullable(part.entityName())));
        return new QuotaEntity(parts);
    }

    private static AlterClientQuotasResponseData response(
            List<EntryData> entries,
            Map<EntryData, Throwable> refused,
            Map<QuotaEntity, Optional<MillraceException>> outcomes) {
        List<AlterClientQuotasResponseData.EntryData> rows = new ArrayList<>();
        for (EntryData entry : entries) {
            AlterClientQuotasResponseData.EntryData row =
                    new AlterClientQuotasResponseData.EntryData().setErrorMessage(null);
            entry.entity()
                    .forEach(part -> row.entity()
                            .add(new AlterClientQuotasResponseData.EntityData()
                                    .setEntityType(part.entityType())
                                    .setEntityName(part.entityName())));
            Throwable failure = refused.containsKey(entry)
                    ? refused.get(entry)
                    : outcomes.getOrDefault(entity(entry), Optional.empty()).orElse(null);
            if (failure != null) {
                row.setErrorCode(KafkaErrors.of(failure).code()).setErrorMessage(KafkaErrors.message(failure));
            }
            rows.add(row);
        }
        return new AlterClientQuotasResponseData().setEntries(rows);
    }
}
