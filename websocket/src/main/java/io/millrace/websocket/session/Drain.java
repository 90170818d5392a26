package io.millrace.websocket.session;

import io.millrace.websocket.protocol.ServerMessage;
import io.vertx.core.Vertx;
import java.util.Map;

/**
 * How a connection ends on a node that stops: its client is told, and at the end of its time it is sent nothing more. A member of a group
 * with {@code commit=auto} is then asked once more what it has received, so that the next one does not begin with it again.
 *
 * <p>Belongs to the event loop of the connection.
 */
final class Drain {

    /** Long enough for a client on a bad line; whoever does not answer gets the records since its last commit again. */
    private static final int LAST_PONG_MS_MAX = 2_000;

    private final StreamConnection connection;
    private final OpenSubscriptions subscriptions;
    private final Vertx vertx;
    private boolean isQuiet;

    Drain(StreamConnection connection, OpenSubscriptions subscriptions) {
        this.connection = connection;
        this.subscriptions = subscriptions;
        this.vertx = connection.loop().delivery().context().owner();
    }

    /**
     * Tells the client.
     *
     * @param endInMs when the connection will be ended
     * @param reconnectAfterMs how long its client should wait then
     */
    void begin(long endInMs, long reconnectAfterMs) {
        Map<Integer, String> tokens = connection.form().isSubprotocol() ? subscriptions.tokens() : Map.of();
        connection.announce(new ServerMessage.Drain(endInMs + reconnectAfterMs, endInMs, tokens));
        vertx.setTimer(Math.max(1, endInMs), timer -> beQuiet());
    }

    /** Whether no more records are to be sent. */
    boolean isQuiet() {
        return isQuiet;
    }

    private void beQuiet() {
        if (connection.isEnded()) {
            return;
        }
        isQuiet = true;
        if (subscriptions.askForReceipt()) {
            vertx.setTimer(LAST_PONG_MS_MAX, timer -> end());
        } else {
            end();
        }
    }

    /** The client has answered a ping, and what that means is done. */
    void ponged() {
        if (isQuiet && !subscriptions.awaitsReceipt()) {
            end();
        }
    }

    private void end() {
        connection.end(StreamEnd.restarting());
    }
}
