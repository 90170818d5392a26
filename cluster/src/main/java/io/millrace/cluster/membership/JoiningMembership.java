package io.millrace.cluster.membership;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The membership of a node that goes back to a cluster it knows: until it has joined the others it sees itself only, and nobody waits for
 * that. What is published before is not kept; listeners are told {@link MembershipEvent.Merged} when it is to be published again.
 */
public final class JoiningMembership implements Membership {

    private static final Logger log = LoggerFactory.getLogger(JoiningMembership.class);

    /** A node that stops before it has joined does not wait longer than this. */
    private static final long LEAVE_TIMEOUT_MS = 5_000;

    private final Future<Membership> joined;
    private final Map<String, JoiningMap> maps = new HashMap<>();
    private final List<Consumer<MembershipEvent>> listeners = new CopyOnWriteArrayList<>();
    private volatile Membership current;
    private volatile boolean left;

    private JoiningMembership(ClusterMember self, Future<? extends Membership> joining) {
        this.current = new AloneMembership(self);
        this.joined = joining.map(others -> {
            found(others);
            return others;
        });
    }

    /** @param joining completes, on any thread, with the membership that takes over */
    public static JoiningMembership of(ClusterMember self, Future<? extends Membership> joining) {
        return new JoiningMembership(self, joining);
    }

    /** Completes with the membership that has taken over. */
    public Future<Membership> joined() {
        return joined;
    }

    private synchronized void found(Membership others) {
        if (left) {
            // Nobody waits for it any more.
            others.leave();
            return;
        }
        others.listen(this::tell);
        current = others;
        maps.forEach((name, map) -> map.found(others.map(name)));
        tell(new MembershipEvent.Merged());
    }

    private void tell(MembershipEvent event) {
        listeners.forEach(each -> each.accept(event));
    }

    @Override
    public ClusterMember self() {
        return current.self();
    }

    @Override
    public List<ClusterMember> members() {
        return current.members();
    }

    @Override
    public void listen(Consumer<MembershipEvent> listener) {
        listeners.add(listener);
    }

    @Override
    public void announceCluster(String clusterId) {
        current.announceCluster(clusterId);
    }

    @Override
    public synchronized SharedMap map(String name) {
        return maps.computeIfAbsent(name, key -> new JoiningMap(current.map(key)));
    }

    @Override
    public Future<Void> leave() {
        left = true;
        return joined.timeout(LEAVE_TIMEOUT_MS, TimeUnit.MILLISECONDS).transform(others -> {
            if (others.failed()) {
                log.info(
                        "This node leaves before it has joined the others: {}",
                        others.cause().getMessage());
                return Future.succeededFuture();
            }
            return others.result().leave();
        });
    }

    /** What was put into it before there were others is gone. */
    private static final class JoiningMap implements SharedMap {

        private final List<Listener> listeners = new CopyOnWriteArrayList<>();
        private volatile SharedMap current;

        private JoiningMap(SharedMap alone) {
            current = alone;
            alone.listen(this::tell);
        }

        private void found(SharedMap shared) {
            shared.listen(this::tell);
            current = shared;
            shared.entries().forEach(this::tell);
        }

        private void tell(String key, String value) {
            listeners.forEach(each -> each.onChange(key, value));
        }

        @Override
        public Map<String, String> entries() {
            return current.entries();
        }

        @Override
        public void put(String key, String value) {
            current.put(key, value);
        }

        @Override
        public void remove(String key) {
            current.remove(key);
        }

        @Override
        public void listen(Listener listener) {
            listeners.add(listener);
        }
    }
}
