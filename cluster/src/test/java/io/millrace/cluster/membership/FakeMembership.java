package io.millrace.cluster.membership;

import io.millrace.cluster.peer.PeerAddress;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Members that come and go as a test says. */
final class FakeMembership implements Membership {

    private final SharedMap map = new LocalSharedMap();
    final List<ClusterMember> members = new ArrayList<>();
    ClusterMember self;

    FakeMembership(ClusterMember self) {
        this.self = self;
        members.add(self);
    }

    static ClusterMember member(int nodeId, String clusterId) {
        return new ClusterMember(
                nodeId, "process-" + nodeId, clusterId, new PeerAddress("10.0.0." + nodeId, 19092), "", "", "");
    }

    @Override
    public ClusterMember self() {
        return self;
    }

    @Override
    public List<ClusterMember> members() {
        return members.stream()
                .sorted(Comparator.comparingInt(ClusterMember::nodeId))
                .toList();
    }

    @Override
    public void listen(Consumer<MembershipEvent> listener) {}

    @Override
    public void announceCluster(String clusterId) {
        members.remove(self);
        self = self.withClusterId(clusterId);
        members.add(self);
    }

    @Override
    public SharedMap map(String name) {
        return map;
    }

    @Override
    public Future<Void> leave() {
        return Future.succeededFuture();
    }
}
