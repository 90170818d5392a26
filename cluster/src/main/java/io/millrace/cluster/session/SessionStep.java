package io.millrace.cluster.session;

/**
 * Which session a request belongs to, and the how-manieth of it it is (KIP-227).
 *
 * @param id chosen by who answers, {@link #NO_ID} while there is none; in a request with epoch 0 the session that it replaces
 * @param epoch {@link #OPENING} asks for a new session, {@link #WITHOUT} for none; each later request has the next number
 */
public record SessionStep(int id, int epoch) {

    public static final int NO_ID = 0;
    private static final int OPENING = 0;
    private static final int WITHOUT = -1;

    /** Of a request that has no session and wants none. */
    public static final SessionStep NONE = new SessionStep(NO_ID, WITHOUT);

    /** Of the first request. */
    public static final SessionStep FIRST = new SessionStep(NO_ID, OPENING);

    /** Whether the request names everything that is wanted. */
    public boolean isFull() {
        return epoch == OPENING || epoch == WITHOUT;
    }

    /** Whether a session is to be opened. */
    public boolean isOpening() {
        return epoch == OPENING;
    }

    /** Of the request after this one, in the same session. */
    public SessionStep next() {
        return new SessionStep(id, epoch == Integer.MAX_VALUE ? 1 : epoch + 1);
    }

    /** Of a request that replaces this session by a new one: nobody knows any more what the other side remembers. */
    public SessionStep reopened() {
        return new SessionStep(id, OPENING);
    }
}
