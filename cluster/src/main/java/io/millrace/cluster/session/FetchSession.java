package io.millrace.cluster.session;

/**
 * What who answers remembers for one who asks. Its id and epoch are guarded by the {@link FetchSessions} that it is in; what it remembers
 * is up to the subclass.
 */
public abstract class FetchSession {

    private final Object owner;
    private int id = SessionStep.NO_ID;
    private int expectedEpoch;
    private long openedMs;
    private long usedMs;

    /** @param owner who asks; nobody else may use the session */
    protected FetchSession(Object owner) {
        this.owner = owner;
    }

    final Object owner() {
        return owner;
    }

    /** {@link SessionStep#NO_ID} for one that is not kept. */
    public final int id() {
        return id;
    }

    final void opened(int givenId, long nowMs) {
        id = givenId;
        openedMs = nowMs;
        usedMs = nowMs;
        expectedEpoch = SessionStep.FIRST.next().epoch();
    }

    /** Whether this is the next request; from then on the one after it is. */
    final boolean advance(SessionStep step) {
        if (step.epoch() != expectedEpoch) {
            return false;
        }
        expectedEpoch = step.next().epoch();
        return true;
    }

    final void used(long nowMs) {
        usedMs = nowMs;
    }

    final long openedMs() {
        return openedMs;
    }

    final long usedMs() {
        return usedMs;
    }

    /** How much it remembers. Any thread. */
    protected int weight() {
        return 0;
    }

    /** It is used no more: lets go of what it holds. Any thread; may be called more than once. */
    protected abstract void end();
}
