package io.millrace.cluster.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The side that asks: what is wanted of each partition, what the other side was sent of that, and from both what the next request has to
 * say. When an answer did not come, nobody knows whether the request arrived: then everything is said again, in a new session.
 *
 * <p>One thread at a time.
 *
 * @param <K> a partition
 * @param <A> what is asked of it; two that are equal ask the same
 */
public final class SentSession<K, A> {

    private static final class Slot<A> {
        private A wanted;
        private A sent;
        private boolean doubted;

        boolean isSettled() {
            return !doubted && (wanted == null ? sent == null : wanted.equals(sent));
        }
    }

    /**
     * A request.
     *
     * @param changed what the other side has to remember from now on
     * @param forgotten what it has to forget
     */
    public record Request<K, A>(SessionStep step, List<A> changed, List<K> forgotten) {}

    private final Map<K, Slot<A>> slots = new LinkedHashMap<>();
    private final Set<K> unsettled = new LinkedHashSet<>();
    private SessionStep step = SessionStep.FIRST;
    private int wantedCount;

    /** This is to be asked, from the next request on. */
    public void want(K key, A ask) {
        Slot<A> slot = slots.computeIfAbsent(key, added -> new Slot<>());
        if (slot.wanted == null) {
            wantedCount++;
        }
        slot.wanted = ask;
        look(key, slot);
    }

    /** Nothing is to be asked of a partition. */
    public void drop(K key) {
        Slot<A> slot = slots.get(key);
        if (slot == null) {
            return;
        }
        if (slot.wanted != null) {
            wantedCount--;
        }
        slot.wanted = null;
        look(key, slot);
        if (slot.sent == null) {
            slots.remove(key);
            unsettled.remove(key);
        }
    }

    /** What the other side said of a partition had no effect here: it must not take that for said. */
    public void doubt(K key) {
        Slot<A> slot = slots.get(key);
        if (slot != null) {
            slot.doubted = true;
            unsettled.add(key);
        }
    }

    private void look(K key, Slot<A> slot) {
        if (slot.isSettled()) {
            unsettled.remove(key);
        } else {
            unsettled.add(key);
        }
    }

    /** Whether nothing is to be asked at all. */
    public boolean isEmpty() {
        return wantedCount == 0;
    }

    /** The next request. It counts as arrived until {@link #lost}. */
    public Request<K, A> next() {
        List<A> changed = new ArrayList<>();
        List<K> forgotten = new ArrayList<>();
        for (K key : step.isFull() ? List.copyOf(slots.keySet()) : unsettled) {
            Slot<A> slot = slots.get(key);
            slot.sent = slot.wanted;
            slot.doubted = false;
            if (slot.wanted != null) {
                changed.add(slot.wanted);
            } else {
                forgotten.add(key);
                slots.remove(key);
            }
        }
        unsettled.clear();
        return new Request<>(step, changed, step.isFull() ? List.of() : forgotten);
    }

    /** What the other side remembers of a partition; null when nothing. */
    public A sent(K key) {
        Slot<A> slot = slots.get(key);
        return slot == null ? null : slot.sent;
    }

    /**
     * The answer has come.
     *
     * @param sessionId the session of the answer, {@link SessionStep#NO_ID} when the other side keeps none
     */
    public void answered(int sessionId) {
        if (sessionId == SessionStep.NO_ID) {
            step = SessionStep.FIRST;
        } else if (step.id() != sessionId) {
            step = new SessionStep(sessionId, SessionStep.FIRST.epoch()).next();
        } else {
            step = step.next();
        }
    }

    /** There is no answer, or the other side refused. */
    public void lost() {
        step = step.reopened();
    }
}
