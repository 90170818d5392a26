package io.millrace.websocket.session;

import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.protocol.WireForm;

/**
 * What is sent on a connection that was idle for its heartbeat (gateway protocol §11): it keeps those on the way from closing the connection, and
 * tells the client that the server is there. On the event loop of the connection.
 */
final class SignOfLife {

    private SignOfLife() {}

    static void show(StreamConnection connection, OpenSubscriptions subscriptions) {
        ServerMessage heartbeat = new ServerMessage.Heartbeat(System.currentTimeMillis());
        if (connection.form() == WireForm.NDJSON && subscriptions.haveControl()) {
            connection.announce(heartbeat);
            return;
        }
        connection.outlet().heartbeat();
        if (connection.form().isSubprotocol()) {
            // Pages cannot see pings.
            connection.sayNow(heartbeat);
        }
    }
}
