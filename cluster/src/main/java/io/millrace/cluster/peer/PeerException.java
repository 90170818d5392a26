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
    private final boolean sent;

    /** The request may have been carried out. */
    public PeerException(Kind kind, String message, Throwable cause) {
        this(kind, message, cause, true);
    }

    /** @param sent whether something of the request left this node, so that it may have been carried out */
    public PeerException(Kind kind, String message, Throwable cause, boolean sent) {
        super(message, cause);
        this.kind = kind;
        this.sent = sent;
    }

    /** Whether the request may have been carried out; false when nothing of it left this node. */
    public boolean wasSent() {
        return sent;
    }

    public Kind kind() {
        return kind;
    }
}
