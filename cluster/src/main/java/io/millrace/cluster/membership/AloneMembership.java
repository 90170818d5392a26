package io.millrace.cluster.membership;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A node that was told of no others: nobody comes, nobody goes, no port is open. */
public final class AloneMembership implements Membership {

    private final Map<String, SharedMap> maps = new ConcurrentHashMap<>();
    private volatile ClusterMember self;

    public AloneMembership(ClusterMember self) {
        this.self = self;
    }

    @Override
    public ClusterMember self() {
        return self;
    }

    @Override
    public List<ClusterMember> members() {
        return List.of(self);
    }

    @Override
    public void listen(Consumer<MembershipEvent> listener) {
        // Nothing will ever happen.
    }

    @Override
    public void announceCluster(String clusterId) {
        self = self.withClusterId(clusterId);
    }

    @Override
    public SharedMap map(String name) {
        return maps.computeIfAbsent(name, key -> new LocalSharedMap());
    }

    @Override
    public Future<Void> leave() {
        return Future.succeededFuture();
    }
}
