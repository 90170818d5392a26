package io.millrace.websocket.session;

import io.millrace.websocket.protocol.Transport;
import io.netty.buffer.ByteBuf;

/**
 * The way to one client. It hides what the transports do differently; what it is given is framed already. Belongs to the event
 * loop of the connection.
 */
public interface Outlet {

    /** What a connection tells its session, on its event loop. */
    interface Listener {
        /** The buffer was full and has room again. */
        void writable();

        /** The client sent something, be it a pong. */
        void heard();

        /** The client answered the {@link Outlet#ping} of this number. */
        default void ponged(long number) {}

        /** The client sent a message: JSON when it is text, else binary. Only from outlets that were made to take messages. */
        default void message(boolean text, byte[] payload) {}

        /** The client broke the rules of its protocol; the connection is to be ended so. */
        default void broke(StreamEnd end) {}

        /**
         * The client closed the stream or the connection is gone. May come after a close that began here, and twice.
         *
         * @param closeCode 1000 when the client left in an orderly way, 1006 when not
         */
        void closed(int closeCode);
    }

    Transport transport();

    /** Where the client is: an IP address as text, empty when that is not known. */
    default String remoteHost() {
        return "";
    }

    /** Stops to take what the client sends, or goes on; what it sent already may still come. */
    default void pauseReading(boolean paused) {}

    /** Sends a ping that is answered with this number once everything before it was received; only WebSockets. */
    default void ping(long number) {
        throw new UnsupportedOperationException(transport() + " has no pings");
    }

    /** Whether the client understands compressed messages. */
    default boolean isDeflated() {
        return false;
    }

    /** Whose events this connection's are from now on. */
    void listen(Listener listener);

    /** False when the outbound buffer is full: nothing more should be written. */
    boolean isWritable();

    /** Writes; the bytes leave with the next {@link #flush}. Takes over the caller's hold on the buffer. */
    void write(ByteBuf framed);

    void flush();

    /** Sends a sign of life that clients of the transport answer or ignore. */
    void heartbeat();

    /** Whether a {@link #heartbeat} is answered, so that silence means that the client is gone. */
    boolean isHeartbeatAnswered();

    /** A number that changes whenever the socket took bytes. */
    long progress();

    /**
     * Ends the stream behind what was written. A client that does not play along is cut off.
     *
     * @param onReleased called once, when nothing of the stream is left on the connection
     */
    void close(StreamEnd end, Runnable onReleased);
}
