package io.millrace.cluster.peer;

/** There is no answer from a node. */
public final class PeerException extends RuntimeException {

    /** What was seen, for whoever has to judge whether the node is alive. */
    public enum Kind {
        /** Nothing listens there, or the machine said so: the process is gone. */
        REFUSED,
        /** The connection broke while the request was under way. */
        RESET,
        /** Nothing was heard in time: gone, paused or cut off. */
        TIMEOUT,
        /** The answer, or the other side's identity, is not what it must be. */
        PROTOCOL,
        /** Nothing was sent: too much waits for the node already. */
        BUSY,
        /** This node is stopping. */
        CLOSED
    }

    private final Kind kind;

    public PeerException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
