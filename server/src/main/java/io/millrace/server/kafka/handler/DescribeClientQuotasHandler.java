package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.QuotaEntity;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.ValueData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;

/** Lists quotas of clients whose entity matches a filter (KIP-546). */
final class DescribeClientQuotasHandler implements ApiHandler<DescribeClientQuotasRequest> {

    private final Controller controller;

    DescribeClientQuotasHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CLIENT_QUOTAS;
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
    public Future<ApiResponse> handle(ApiRequest<DescribeClientQuotasRequest> request) {
        Map<String, ComponentData> filter = filter(request.body().data().components());
        boolean strict = request.body().data().strict();
        List<EntryData> entries = new ArrayList<>();
        controller.image().committed().quotas().forEach((entity, values) -> {
            if (matches(entity, filter, strict)) {
                entries.add(entry(entity, values));
            }
        });
        return Future.succeededFuture(ApiResponse.of(
                new DescribeClientQuotasResponseData().setErrorMessage(null).setEntries(entries)));
    }

    private static Map<String, ComponentData> filter(List<ComponentData> components) {
        Map<String, ComponentData> filter = new HashMap<>();
        for (ComponentData component : components) {
            QuotaKinds.requireKind(component.entityType());
            boolean named = component.match() != null;
            boolean sound = switch (component.matchType()) {
                case DescribeClientQuotasRequest.MATCH_TYPE_EXACT -> named;
                case DescribeClientQuotasRequest.MATCH_TYPE_DEFAULT, DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED ->
                    !named;
                default -> false;
            };
            if (!sound) {
                throw Errors.INVALID_REQUEST.exception("The filter for '" + component.entityType()
                        + "' must have a name for an exact match (0), and none for the default (1) or any (2).");
            }
            if (filter.put(component.entityType(), component) != null) {
                throw Errors.INVALID_REQUEST.exception("'" + component.entityType() + "' is named twice.");
            }
        }
        return filter;
    }

    private static boolean matches(QuotaEntity entity, Map<String, ComponentData> filter, boolean strict) {
        for (ComponentData component : filter.values()) {
            Optional<String> part = entity.parts().get(component.entityType());
            if (part == null || !matches(part, component)) {
                return false;
            }
        }
        return !strict || entity.parts().size() == filter.size();
    }

    private static boolean matches(Optional<String> part, ComponentData component) {
        return switch (component.matchType()) {
            case DescribeClientQuotasRequest.MATCH_TYPE_EXACT -> part.equals(Optional.of(component.match()));
            case DescribeClientQuotasRequest.MATCH_TYPE_DEFAULT -> part.isEmpty();
            default -> true;
        };
    }

    private static EntryData entry(QuotaEntity entity, Map<String, Double> values) {
        EntryData entry = new EntryData();
        entity.parts()
                .forEach((kind, name) ->
                        entry.entity().add(new EntityData().setEntityType(kind).setEntityName(name.orElse(null))));
        values.forEach(
                (key, value) -> entry.values().add(new ValueData().setKey(key).setValue(value)));
        return entry;
    }
}
