package io.millrace.cluster.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The sessions that who answers keeps. There is room for a number of them; a new one takes the place of the one that was used least
 * recently, first of its own owner's, and whose session is gone asks for everything again. Thread-safe.
 *
 * @param <S> the sessions
 */
public final class FetchSessions<S extends FetchSession> {

    private final int ownerMax;
    private final int max;

    /** Least recently used first. */
    private final Map<Integer, S> sessions = new LinkedHashMap<>();

    /**
     * @param ownerMax sessions of one owner
     * @param max sessions of all
     */
    public FetchSessions(int ownerMax, int max) {
        this.ownerMax = ownerMax;
        this.max = max;
    }

    /**
     * Keeps a new session, and gives it an id that nobody can know: a session of an earlier life of this process is never taken for it.
     *
     * @param replaced id of the owner's session that ends, or {@link SessionStep#NO_ID}
     */
    public void open(S session, int replaced) {
        List<S> ended = new ArrayList<>();
        synchronized (this) {
            S former = sessions.get(replaced);
            if (former != null && former.owner().equals(session.owner())) {
                ended.add(sessions.remove(replaced));
            }
            makeRoom(session.owner(), ended);
            int id;
            do {
                id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
            } while (sessions.containsKey(id));
            session.opened(id);
            sessions.put(id, session);
        }
        ended.forEach(FetchSession::end);
    }

    private void makeRoom(Object owner, List<S> ended) {
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
        for (Iterator<S> each = sessions.values().iterator(); each.hasNext() && sessions.size() >= max; ) {
            ended.add(each.next());
            each.remove();
        }
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
