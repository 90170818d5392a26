package io.millrace.cluster.controller;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.FeatureChange;
import io.millrace.cluster.metadata.QuotaChange;
import io.millrace.cluster.metadata.QuotaEntity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKeyCollection;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;

/** What is asked about quotas and features, as Kafka's messages, and what their answers say. */
final class SettingsRequests {

    private SettingsRequests() {}

    static AlterClientQuotasRequestData quotas(List<QuotaChange> changes, boolean validateOnly) {
        List<EntryData> entries = new ArrayList<>();
        for (QuotaChange change : changes) {
            EntryData entry = new EntryData();
            change.entity()
                    .parts()
                    .forEach((kind, name) -> entry.entity()
                            .add(new EntityData().setEntityType(kind).setEntityName(name.orElse(null))));
            change.values()
                    .forEach((key, value) -> entry.ops()
                            .add(new OpData()
                                    .setKey(key)
                                    .setValue(value.orElse(0))
                                    .setRemove(value.isEmpty())));
            entries.add(entry);
        }
        return new AlterClientQuotasRequestData().setEntries(entries).setValidateOnly(validateOnly);
    }

    static Map<QuotaEntity, Optional<MillraceException>> quotaOutcomes(AlterClientQuotasResponseData answer) {
        Map<QuotaEntity, Optional<MillraceException>> outcomes = new HashMap<>();
        answer.entries().forEach(entry -> {
            Map<String, Optional<String>> parts = new HashMap<>();
            entry.entity().forEach(part -> parts.put(part.entityType(), Optional.ofNullable(part.entityName())));
            Errors error = Errors.forCode(entry.errorCode());
            outcomes.put(
                    new QuotaEntity(parts),
                    error == Errors.NONE
                            ? Optional.empty()
                            : Optional.of(ControllerErrors.of(error, entry.errorMessage())));
        });
        return outcomes;
    }

    static UpdateFeaturesRequestData features(List<FeatureChange> changes, boolean validateOnly) {
        FeatureUpdateKeyCollection updates = new FeatureUpdateKeyCollection();
        for (FeatureChange change : changes) {
            updates.add(new FeatureUpdateKey()
                    .setFeature(change.feature())
                    .setMaxVersionLevel(change.level())
                    .setUpgradeType(type(change).code()));
        }
        return new UpdateFeaturesRequestData()
                .setFeatureUpdates(updates)
                .setValidateOnly(validateOnly)
                .setTimeoutMs((int) ControllerApis.TIMEOUT_MS);
    }

    private static FeatureUpdate.UpgradeType type(FeatureChange change) {
        return switch (change.direction()) {
            case UPGRADE -> FeatureUpdate.UpgradeType.UPGRADE;
            case SAFE_DOWNGRADE -> FeatureUpdate.UpgradeType.SAFE_DOWNGRADE;
            case UNSAFE_DOWNGRADE -> FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE;
        };
    }

    static void featuresUpdated(UpdateFeaturesResponseData answer) {
        Errors error = Errors.forCode(answer.errorCode());
        if (error != Errors.NONE) {
            throw ControllerErrors.of(error, answer.errorMessage());
        }
    }
}
