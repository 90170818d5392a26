package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.auth.Credentials;
import io.millrace.websocket.protocol.ClientMessage;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.ServerMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;

/**
 * Who the client of a connection is, over its life (gateway protocol §10): not known yet, known, about to expire, known anew after an
 * {@code auth} message. Belongs to the event loop of the connection.
 */
final class ConnectionIdentity {

    private final StreamConnection connection;
    private final SessionServices services;
    private final long openedNanos = System.nanoTime();
    private ClientIdentity identity;
    private boolean toldExpiring;

    /**
     * An identity.
     *
     * @param identity null when the first message has to say it
     */
    ConnectionIdentity(StreamConnection connection, SessionServices services, ClientIdentity identity) {
        this.connection = connection;
        this.services = services;
        this.identity = identity;
    }

    /** Who it is; null while that is not known. */
    ClientIdentity client() {
        return identity;
    }

    /** How long that is good, in milliseconds; {@link ServerMessage#NO_EXPIRY} when it has no end, or is not known. */
    long expiresInMs() {
        if (identity == null || identity.expiresAtMs() == ClientIdentity.NEVER) {
            return ServerMessage.NO_EXPIRY;
        }
        return Math.max(0, services.access().remainingMs(identity));
    }

    /** Warns the client, or ends the connection, when it is time. False when it has ended. */
    boolean tick(long nowNanos) {
        if (identity == null) {
            long waitMs = services.limits().authTimeoutMs();
            if (nowNanos - openedNanos >= TimeUnit.MILLISECONDS.toNanos(waitMs)) {
                turnAway("no auth message came within " + waitMs
                        + " ms; send one first, or credentials with the request");
                return false;
            }
            return true;
        }
        long remainingMs = services.access().remainingMs(identity);
        if (remainingMs <= 0) {
            turnAway("the credentials have expired; connect again with new ones, and send auth in time");
            return false;
        }
        if (remainingMs <= services.limits().authExpiringMs() && !toldExpiring) {
            toldExpiring = true;
            connection.announce(new ServerMessage.AuthExpiring(remainingMs));
        }
        return true;
    }

    private void turnAway(String why) {
        services.metrics().authenticationFailed();
        connection.end(StreamEnd.of(new MillraceException(ErrorCode.SASL_AUTHENTICATION_FAILED, why)));
    }

    /**
     * Whether a request may be looked at; false when the connection was ended because of it.
     *
     * @throws MillraceException TOPIC_AUTHORIZATION_FAILED for records that the client may not write
     */
    boolean admits(ClientMessage message) {
        if (message instanceof ClientMessage.Auth) {
            return true;
        }
        if (identity == null) {
            turnAway("the first message must be auth, because the request had no credentials");
            return false;
        }
        if (message instanceof ClientMessage.Produce produce && !identity.mayWrite(produce.topic())) {
            throw new MillraceException(
                    ErrorCode.TOPIC_AUTHORIZATION_FAILED,
                    "'" + identity.principal() + "' may not WRITE to topic '" + produce.topic() + "'");
        }
        return true;
    }

    /** Takes an {@code auth} message, and ends subscriptions to which the client has no right any more. */
    Future<Void> authenticate(ClientMessage.Auth message) {
        Context context = connection.loop().delivery().context();
        Promise<ClientIdentity> answered = Promise.promise();
        // The authenticator answers on whatever thread it likes.
        services.access()
                .identify(new Credentials.Bearer(message.token()))
                .onComplete(result -> context.runOnContext(v -> answered.handle(result)));
        return answered.future().transform(result -> {
            if (connection.isEnded()) {
                return Future.succeededFuture();
            }
            if (result.failed() && identity == null) {
                connection.end(StreamEnd.of(ErrorJson.asAnswer(result.cause())));
                return Future.succeededFuture();
            }
            if (result.failed()) {
                return Future.failedFuture(result.cause());
            }
            become(result.result());
            connection.sayNow(new ServerMessage.AuthOk(message.id(), expiresInMs()));
            connection.rightsChanged();
            return Future.succeededFuture();
        });
    }

    /** As with Kafka's KIP-368, a connection keeps its principal: what it subscribed to was somebody's. */
    private void become(ClientIdentity other) {
        if (identity != null && !identity.principal().equals(other.principal())) {
            throw new MillraceException(
                    ErrorCode.SASL_AUTHENTICATION_FAILED,
                    "this connection is '" + identity.principal() + "' and cannot become '" + other.principal()
                            + "'; open another one");
        }
        identity = other;
        toldExpiring = false;
    }
}
