package io.millrace.cluster.partition;

import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.session.FetchSession;
import io.millrace.storage.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a leader remembers for one lane of one follower: its partitions, and those of them that have to be looked at. All others wait for
 * something to move, and cost nothing meanwhile, however many there are.
 *
 * <p>Thread-safe. Nothing else is locked under its lock than lists of listeners.
 */
final class ReplicaSession extends FetchSession {

    private final int replicaId;
    private final long brokerEpoch;
    private volatile long lastHeardMs;

    // Guarded by this.
    private final Map<TopicPartition, SessionPartition> partitions = new HashMap<>();

    /** In the order in which they are looked at: who did not fit into the last answer is first. */
    private final Deque<SessionPartition> marked = new ArrayDeque<>();

    /** To be looked at with the next request: the follower has to say again where it is. */
    private final Set<SessionPartition> again = new LinkedHashSet<>();

    /** Nothing to read, but another high watermark or log start than was told. */
    private final Set<SessionPartition> news = new LinkedHashSet<>();

    private SessionFetch current;
    private Runnable moved;
    private boolean ended;

    ReplicaSession(int replicaId, long brokerEpoch) {
        super(replicaId);
        this.replicaId = replicaId;
        this.brokerEpoch = brokerEpoch;
    }

    int replicaId() {
        return replicaId;
    }

    long brokerEpoch() {
        return brokerEpoch;
    }

    long lastHeardMs() {
        return lastHeardMs;
    }

    /** Takes a request; one that still waits is answered. */
    void begin(ReplicaFetchRequest request, SessionFetch fetch, long nowMs) {
        Runnable former;
        synchronized (this) {
            lastHeardMs = nowMs;
            former = moved;
            moved = null;
            current = fetch;
            request.forgotten().forEach(this::forget);
            for (SessionPartition each : again) {
                each.noteAgain();
                enqueue(each);
            }
            again.clear();
            for (ReplicaFetchRequest.Entry entry : request.partitions()) {
                forget(entry.partition());
                SessionPartition added = new SessionPartition(this, entry);
                partitions.put(entry.partition(), added);
                enqueue(added);
            }
        }
        if (former != null) {
            former.run();
        }
    }

    private void forget(TopicPartition key) {
        SessionPartition former = partitions.remove(key);
        if (former != null) {
            former.leave();
            again.remove(former);
            news.remove(former);
        }
    }

    private boolean enqueue(SessionPartition partition) {
        return partition.mark() && marked.add(partition);
    }

    /** Something moved in a partition. */
    void mark(SessionPartition partition) {
        Runnable wake;
        synchronized (this) {
            // Where it was marked before, the waiting fetch has been woken for that.
            wake = enqueue(partition) ? moved : null;
        }
        if (wake != null) {
            wake.run();
        }
    }

    /** With the next request the follower says again where it is. */
    synchronized void askAgain(SessionPartition partition) {
        if (!partition.isGone()) {
            again.add(partition);
        }
    }

    /** The next answer says where the high watermark and the log start are; it is not sent for that alone. */
    synchronized void addNews(SessionPartition partition) {
        if (!partition.isGone()) {
            news.add(partition);
        }
    }

    /** Those that have to be looked at; null when another request has come, or the session is over. */
    synchronized List<SessionPartition> takeMarked(SessionFetch fetch) {
        if (isOver(fetch)) {
            return null;
        }
        List<SessionPartition> result = new ArrayList<>(marked.size());
        for (SessionPartition each : marked) {
            each.unmark();
            if (!each.isGone()) {
                result.add(each);
            }
        }
        marked.clear();
        return result;
    }

    /** They have to be looked at before all others. */
    synchronized void putBack(List<SessionPartition> unread) {
        for (int i = unread.size() - 1; i >= 0; i--) {
            if (unread.get(i).mark()) {
                marked.addFirst(unread.get(i));
            }
        }
    }

    synchronized List<SessionPartition> takeNews() {
        List<SessionPartition> result = List.copyOf(news);
        news.clear();
        return result;
    }

    synchronized boolean isOver(SessionFetch fetch) {
        return ended || current != fetch;
    }

    /** Some that are marked, for a look without taking them. */
    synchronized List<SessionPartition> marked() {
        return List.copyOf(marked);
    }

    /** Has the listener called when there is something to look at. */
    Watch watch(SessionFetch fetch, Runnable listener) {
        boolean isNow;
        synchronized (this) {
            isNow = isOver(fetch) || !marked.isEmpty();
            if (!isOver(fetch)) {
                moved = listener;
            }
        }
        if (isNow) {
            listener.run();
        }
        return () -> {
            synchronized (this) {
                if (moved == listener) {
                    moved = null;
                }
            }
        };
    }

    @Override
    protected void end() {
        Runnable wake;
        synchronized (this) {
            ended = true;
            wake = moved;
            moved = null;
            partitions.values().forEach(SessionPartition::leave);
            partitions.clear();
            marked.clear();
            again.clear();
            news.clear();
        }
        if (wake != null) {
            wake.run();
        }
    }
}
