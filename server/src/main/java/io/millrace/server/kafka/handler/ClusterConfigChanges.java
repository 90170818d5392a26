package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.Errors;

/** Changes of settings that hold on all nodes: there is one. */
final class ClusterConfigChanges {

    private final ClusterAdmin admin;

    ClusterConfigChanges(ClusterAdmin admin) {
        this.admin = admin;
    }

    Future<Void> apply(Collection<AlterableConfig> changes, boolean validateOnly) {
        Future<Void> done = Future.succeededFuture();
        for (AlterableConfig change : changes) {
            OptionalLong rate = rate(change);
            if (!validateOnly) {
                done = done.compose(before -> admin.limitCatchUp(rate));
            }
        }
        return done;
    }

    private static OptionalLong rate(AlterableConfig change) {
        if (!change.name().equals(ClusterSettingNames.CATCH_UP_BYTES_PER_SECOND)) {
            throw Errors.INVALID_CONFIG.exception(
                    "'" + change.name() + "' cannot be changed for the whole cluster; only "
                            + ClusterSettingNames.CATCH_UP_BYTES_PER_SECOND + " can.");
        }
        if (change.configOperation() == OpType.DELETE.id()) {
            return OptionalLong.empty();
        }
        try {
            long rate = Long.parseLong(change.value());
            if (change.configOperation() == OpType.SET.id() && rate >= 1) {
                return OptionalLong.of(rate);
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number that is too small.
        }
        throw Errors.INVALID_CONFIG.exception(
                "'" + change.name() + "' is set to a whole number of at least 1, or deleted; not " + change.value());
    }
}
