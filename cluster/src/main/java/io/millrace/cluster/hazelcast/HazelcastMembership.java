package io.millrace.cluster.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.millrace.cluster.membership.ClusterFacts;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.Membership;
import io.millrace.cluster.membership.MembershipEvent;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.membership.SharedMap;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of an embedded Hazelcast cluster.
 *
 * <p>Attributes of a member are fixed while it runs, so the cluster that a node found after it joined is told in a map, by the id that
 * Hazelcast gave the member. That id changes when a split network heals; then everything is told again.
 */
public final class HazelcastMembership implements Membership {

    private static final Logger log = LoggerFactory.getLogger(HazelcastMembership.class);

    private static final String CLUSTERS = "clusters";

    private static final String LOGGING_TYPE = "hazelcast.logging.type";

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final HazelcastSharedMap clusters;
    private final Map<String, HazelcastSharedMap> maps;

    /** The clusters of members by process id; kept for a moment longer than in the map, for the news that a member left. */
    private final Map<String, String> clusterOf = new ConcurrentHashMap<>();

    private final List<Consumer<MembershipEvent>> listeners = new CopyOnWriteArrayList<>();
    private volatile String announced;

    private HazelcastMembership(Vertx vertx, HazelcastInstance hazelcast, String clusterId) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.announced = clusterId;
        this.clusters = HazelcastSharedMap.open(hazelcast.getMap(CLUSTERS));
        this.maps = Map.of(
                OwnershipTable.MAP, HazelcastSharedMap.open(hazelcast.getMap(OwnershipTable.MAP)),
                ClusterFacts.MAP, HazelcastSharedMap.open(hazelcast.getMap(ClusterFacts.MAP)));
        clusters.listen(this::clusterTold);
        clusters.entries().forEach(clusterOf::putIfAbsent);
        hazelcast.getCluster().addMembershipListener(new Events());
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleState.MERGED) {
                vertx.executeBlocking(this::merged);
            }
        });
    }

    /**
     * Opens the port and joins whoever is there. Fails with a message that tells the user what to do.
     *
     * @param self what to tell the others; its process id is not used
     */
    public static Future<HazelcastMembership> start(Vertx vertx, HazelcastDiscovery discovery, ClusterMember self) {
        return vertx.executeBlocking(() -> {
            if (System.getProperty(LOGGING_TYPE) == null) {
                // What is logged before there is a configuration would go its own way.
                System.setProperty(LOGGING_TYPE, "slf4j");
            }
            HazelcastInstance hazelcast;
            try {
                hazelcast = Hazelcast.newHazelcastInstance(HazelcastConfigs.config(discovery, self));
            } catch (RuntimeException | IOException failure) {
                throw cannotStart(discovery, failure);
            }
            try {
                return new HazelcastMembership(vertx, hazelcast, self.clusterId());
            } catch (RuntimeException failure) {
                hazelcast.getLifecycleService().terminate();
                throw failure;
            }
        });
    }

    private static IOException cannotStart(HazelcastDiscovery discovery, Exception failure) {
        return new IOException(
                "The port for finding other nodes cannot be opened on " + discovery.host() + ":" + discovery.port()
                        + " ("
                        + failure.getMessage() + "). If it is taken, stop the other program or choose another"
                        + " cluster.discoveryPort; if the address is not one of this machine, correct cluster.host or"
                        + " cluster.advertisedHost.",
                failure);
    }

    @Override
    public ClusterMember self() {
        return read(hazelcast.getCluster().getLocalMember()).orElseThrow().withClusterId(announced);
    }

    @Override
    public List<ClusterMember> members() {
        return hazelcast.getCluster().getMembers().stream()
                .map(this::read)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparingInt(ClusterMember::nodeId))
                .toList();
    }

    @Override
    public void listen(Consumer<MembershipEvent> listener) {
        listeners.add(listener);
    }

    @Override
    public void announceCluster(String clusterId) {
        announced = clusterId;
        clusters.put(hazelcast.getCluster().getLocalMember().getUuid().toString(), clusterId);
    }

    /** @throws IllegalArgumentException for a map that nobody opens */
    @Override
    public SharedMap map(String name) {
        SharedMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("there is no map " + name);
        }
        return map;
    }

    @Override
    public Future<Void> leave() {
        return vertx.<Void>executeBlocking(() -> {
                    hazelcast.shutdown();
                    return null;
                })
                .otherwise(failure -> {
                    log.warn("Leaving the other nodes failed; they will notice", failure);
                    return null;
                });
    }

    /** For tests: ends without a word, as a killed process does. */
    void terminate() {
        hazelcast.getLifecycleService().terminate();
    }

    private Optional<ClusterMember> read(Member member) {
        return MemberAttributes.read(member).map(read -> {
            String told = member.localMember() ? announced : clusterOf.get(read.processId());
            return told == null || told.isEmpty() ? read : read.withClusterId(told);
        });
    }

    private void clusterTold(String processId, String clusterId) {
        if (clusterId == null) {
            return;
        }
        clusterOf.put(processId, clusterId);
        for (ClusterMember member : members()) {
            if (member.processId().equals(processId) && !processId.equals(self().processId())) {
                warnOfForeign(member);
                tell(new MembershipEvent.Changed(member));
            }
        }
    }

    private void warnOfForeign(ClusterMember member) {
        if (member.hasCluster() && !announced.isEmpty() && !member.clusterId().equals(announced)) {
            log.error(
                    "A node of another cluster was found: {} belongs to {}, this node to {}. They do not work together; correct"
                            + " cluster.join on one side.",
                    member,
                    member.clusterId(),
                    announced);
        }
    }

    /** This node was in the smaller part: it has another id now, and its writes since the split are gone. */
    private Void merged() {
        clusters.load();
        maps.values().forEach(HazelcastSharedMap::load);
        if (!announced.isEmpty()) {
            announceCluster(announced);
        }
        tell(new MembershipEvent.Merged());
        return null;
    }

    private void tell(MembershipEvent event) {
        for (Consumer<MembershipEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException bug) {
                log.error("A listener failed. event={}", event, bug);
            }
        }
    }

    private final class Events implements MembershipListener {

        @Override
        public void memberAdded(com.hazelcast.cluster.MembershipEvent event) {
            read(event.getMember())
                    .ifPresentOrElse(
                            member -> {
                                log.info("A node is here: {}", member);
                                warnOfForeign(member);
                                tell(new MembershipEvent.Joined(member));
                            },
                            () -> log.warn(
                                    "A Hazelcast member that is no Millrace node has joined; it is ignored. address={}",
                                    event.getMember().getAddress()));
        }

        @Override
        public void memberRemoved(com.hazelcast.cluster.MembershipEvent event) {
            read(event.getMember()).ifPresent(member -> {
                boolean eldest =
                        hazelcast.getCluster().getMembers().iterator().next().localMember();
                if (eldest) {
                    clusters.remove(member.processId());
                }
                log.info("A node is not heard any more: {}", member);
                tell(new MembershipEvent.Left(member));
                clusterOf.remove(member.processId());
            });
        }
    }
}
