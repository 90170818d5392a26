package io.millrace.cluster.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * The sessions that who answers keeps. There is room for a number of them; a new one takes the place of the one that was used least
 * recently, first of its own owner's, and whose session is gone asks for everything again. Where many more ask than there is room for,
 * that would make all of them lose their sessions in turn: there a session is left in its place for some time, and a new one gets none.
 * Thread-safe.
 *
 * @param <S> the sessions
 */
public final class FetchSessions<S extends FetchSession> {

    private final int ownerMax;
    private final int max;
    private final long keptMs;
    private final LongSupplier nowMs;

    /** Least recently used first. */
    private final Map<Integer, S> sessions = new LinkedHashMap<>();

    /**
     * @param ownerMax sessions of one owner
     * @param max sessions of all
     */
    public FetchSessions(int ownerMax, int max) {
        this(ownerMax, max, 0, () -> 0);
    }

    /**
     * @param ownerMax sessions of one owner
     * @param max sessions of all
     * @param keptMs how long after its last use another owner's session gives its place to no other, and after its beginning to no other
     *     that remembers more (KIP-227); 0 when it always gives its place
     * @param nowMs a clock that only goes forward
     */
    public FetchSessions(int ownerMax, int max, long keptMs, LongSupplier nowMs) {
        this.ownerMax = ownerMax;
        this.max = max;
        this.keptMs = keptMs;
        this.nowMs = nowMs;
    }

    /**
     * Keeps a new session, and gives it an id that nobody can know: a session of an earlier life of this process is never taken for it.
     *
     * @param replaced id of the owner's session that ends, or {@link SessionStep#NO_ID}
     * @return false when there is no room for it: then it is not kept, and has no id
     */
    public boolean open(S session, int replaced) {
        List<S> ended = new ArrayList<>();
        boolean opened;
        synchronized (this) {
            S former = sessions.get(replaced);
            if (former != null && former.owner().equals(session.owner())) {
                ended.add(sessions.remove(replaced));
            }
            opened = makeRoom(session, ended);
            if (opened) {
                int id;
                do {
                    id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
                } while (sessions.containsKey(id));
                session.opened(id, nowMs.getAsLong());
                sessions.put(id, session);
            }
        }
        ended.forEach(FetchSession::end);
        return opened;
    }

    private boolean makeRoom(S session, List<S> ended) {
        Object owner = session.owner();
        long ofOwner = sessions.values().stream()
                .filter(each -> each.owner().equals(owner))
                .count();
        for (Iterator<S> each = sessions.values().iterator(); each.hasNext() && ofOwner >= ownerMax; ) {
            S oldest = each.next();
            if (oldest.owner().equals(owner)) {
                each.remove();
                ended.add(oldest);
                ofOwner--;
            }
        }
        while (sessions.size() >= max) {
            S displaced = displacedBy(session);
            if (displaced == null) {
                return false;
            }
            sessions.remove(displaced.id());
            ended.add(displaced);
        }
        return true;
    }

    /** Whose place a new session may take; null when none. */
    private S displacedBy(S session) {
        if (sessions.isEmpty()) {
            return null;
        }
        S oldest = sessions.values().iterator().next();
        long now = nowMs.getAsLong();
        if (keptMs == 0 || now - oldest.usedMs() > keptMs) {
            return oldest;
        }
        return sessions.values().stream()
                .filter(each -> now - each.openedMs() > keptMs)
                .min(Comparator.comparingInt(FetchSession::weight))
                .filter(smallest -> smallest.weight() < session.weight())
                .orElse(null);
    }

    /**
     * The session that a request goes on with.
     *
     * @throws MillraceException FETCH_SESSION_ID_NOT_FOUND, or INVALID_FETCH_SESSION_EPOCH when it is not the next request of it: one of
     *     the two sides does not know what the other remembers
     */
    public synchronized S resume(SessionStep step, Object owner) {
        S session = sessions.get(step.id());
        if (session == null || !session.owner().equals(owner)) {
            throw new MillraceException(
                    ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                    "There is no fetch session " + step.id() + " of this client here: ask for all partitions again");
        }
        if (!session.advance(step)) {
            throw new MillraceException(
                    ErrorCode.INVALID_FETCH_SESSION_EPOCH,
                    "Request " + step.epoch() + " is not the next one of fetch session " + step.id()
                            + ": ask for all partitions again");
        }
        session.used(nowMs.getAsLong());
        sessions.remove(step.id());
        sessions.put(step.id(), session);
        return session;
    }

    /** Ends a session; nothing happens when it is not kept. */
    public void end(S session) {
        synchronized (this) {
            sessions.remove(session.id(), session);
        }
        session.end();
    }

    /** Ends a session of an owner by its id; nothing happens when there is none. */
    public void end(int id, Object owner) {
        S session;
        synchronized (this) {
            session = sessions.get(id);
            if (session == null || !session.owner().equals(owner)) {
                return;
            }
            sessions.remove(id);
        }
        session.end();
    }

    /** Ends all. */
    public void close() {
        List<S> all;
        synchronized (this) {
            all = List.copyOf(sessions.values());
            sessions.clear();
        }
        all.forEach(FetchSession::end);
    }

    public synchronized int size() {
        return sessions.size();
    }
}
