package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.protocol.ClientMessage;
import io.millrace.websocket.protocol.ClientMessageReader;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.ProduceFrameReader;
import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.protocol.WireForm;
import io.millrace.websocket.subscription.StartPosition;
import io.millrace.websocket.subscription.StreamParameters;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * What a client of a subprotocol asks for (gateway protocol §4.1): a handler for each kind of message. Requests are carried out one after
 * the other; while one takes its time the socket is not read, so a client can have no more waiting here than one read of its socket
 * holds.
 *
 * <p>Belongs to the event loop of the connection.
 */
final class ClientRequests {

    private interface Handler<M extends ClientMessage> {
        /** Carries out a request; the next one waits for the future. Throws MillraceException when it cannot be done. */
        Future<Void> handle(M message);
    }

    private record Received(boolean text, byte[] payload) {}

    /** One read of a socket holds little; compressed it can stand for much. */
    private static final long WAITING_BYTES_MAX = 4 << 20;

    private static final Future<Void> DONE = Future.succeededFuture();

    private final StreamConnection connection;
    private final SessionServices services;
    private final Map<Class<? extends ClientMessage>, Handler<? extends ClientMessage>> handlers = new HashMap<>();
    private final Queue<Received> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean busy;

    ClientRequests(StreamConnection connection, SessionServices services) {
        this.connection = connection;
        this.services = services;
        on(ClientMessage.Subscribe.class, this::subscribe);
        on(ClientMessage.Unsubscribe.class, this::unsubscribe);
        on(ClientMessage.Credit.class, this::credit);
        on(ClientMessage.Seek.class, this::seek);
        on(ClientMessage.Checkpoint.class, this::checkpoint);
        on(ClientMessage.Commit.class, this::commit);
        on(ClientMessage.Produce.class, new ProduceRequests(connection, services.producer())::produce);
        on(ClientMessage.Auth.class, this::auth);
        on(ClientMessage.Ping.class, this::ping);
    }

    private <M extends ClientMessage> void on(Class<M> type, Handler<M> handler) {
        handlers.put(type, handler);
    }

    /** A message of the client. */
    void received(boolean text, byte[] payload) {
        if (busy) {
            waitingBytes += payload.length;
            if (waitingBytes > WAITING_BYTES_MAX) {
                connection.end(StreamEnd.of(new MillraceException(
                        ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                        "more than " + WAITING_BYTES_MAX
                                + " bytes of messages wait behind a request; send less at once")));
                return;
            }
            waiting.add(new Received(text, payload));
        } else {
            carryOut(new Received(text, payload));
        }
    }

    private void carryOut(Received received) {
        Future<Void> done = handle(received);
        if (done.isComplete()) {
            return;
        }
        busy = true;
        connection.outlet().pauseReading(true);
        done.onComplete(ignored -> {
            busy = false;
            while (!busy && !waiting.isEmpty() && !connection.isEnded()) {
                Received next = waiting.poll();
                waitingBytes -= next.payload().length;
                carryOut(next);
            }
            if (!busy) {
                connection.outlet().pauseReading(false);
            }
        });
    }

    private Future<Void> handle(Received received) {
        ClientMessage message;
        try {
            message = read(received);
        } catch (ClientMessageReader.RefusedMessage e) {
            refuse(e.sid(), e.id(), e.error());
            return DONE;
        } catch (MillraceException e) {
            // Whoever does not speak the protocol would go on so.
            connection.end(StreamEnd.of(e));
            return DONE;
        }
        int sid = sid(message);
        try {
            if (!connection.identity().admits(message)) {
                return DONE;
            }
            return dispatch(message).recover(e -> {
                refuse(sid, message.id(), ErrorJson.asAnswer(e));
                return DONE;
            });
        } catch (MillraceException e) {
            refuse(sid, message.id(), e);
            return DONE;
        }
    }

    private ClientMessage read(Received received) {
        if (received.text()) {
            return ClientMessageReader.read(received.payload());
        }
        if (connection.form() == WireForm.BINARY) {
            return ProduceFrameReader.read(received.payload());
        }
        throw wrong("binary messages are for millrace.v1.bin; write JSON in text messages");
    }

    @SuppressWarnings("unchecked") // "on" keeps handlers by the type of their messages
    private Future<Void> dispatch(ClientMessage message) {
        return ((Handler<ClientMessage>) handlers.get(message.getClass())).handle(message);
    }

    private void refuse(int sid, String id, MillraceException error) {
        connection.sayNow(new ServerMessage.Failure(sid, id, error, false));
    }

    private static int sid(ClientMessage message) {
        if (message instanceof ClientMessage.Subscribe m) {
            return m.sid();
        } else if (message instanceof ClientMessage.Unsubscribe m) {
            return m.sid();
        } else if (message instanceof ClientMessage.Credit m) {
            return m.sid();
        } else if (message instanceof ClientMessage.Seek m) {
            return m.sid();
        } else if (message instanceof ClientMessage.Checkpoint m) {
            return m.sid();
        } else if (message instanceof ClientMessage.Commit m) {
            return m.sid();
        }
        return ServerMessage.NO_SID;
    }

    private StreamSubscription subscription(int sid) {
        StreamSubscription subscription = connection.subscription(sid);
        if (subscription == null) {
            throw wrong("sid: there is no subscription " + sid + " on this connection");
        }
        return subscription;
    }

    private static MillraceException wrong(String message) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, message);
    }

    private Future<Void> subscribe(ClientMessage.Subscribe message) {
        if (connection.subscription(message.sid()) != null) {
            throw wrong("sid: subscription " + message.sid() + " exists; unsubscribe it first, or take another number");
        }
        int max = services.limits().subscriptionsPerConnectionMax();
        if (connection.subscriptionCount() >= max) {
            throw new MillraceException(
                    ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                    "a connection can have " + max + " subscriptions; end some, or open another connection");
        }
        StreamParameters asked =
                StreamParameters.parse(message.parameters(), services.limits()).in(connection.form(), false);
        if (asked.selection().isEmpty()) {
            throw wrong("topics: is missing; name them, or give a topic_pattern");
        }
        return services.opening()
                .prepare(asked, connection.identity().client())
                .compose(ready -> services.opening()
                        .resolve(ready, connection.form(), connection.outlet().isDeflated()))
                .map(subscription -> {
                    if (!connection.isEnded()) {
                        connection.subscribe(message.sid(), message.id(), subscription);
                        connection.loop().delivery().endRound();
                    }
                    return null;
                });
    }

    private Future<Void> unsubscribe(ClientMessage.Unsubscribe message) {
        connection.unsubscribe(subscription(message.sid()), message.id());
        return DONE;
    }

    private Future<Void> credit(ClientMessage.Credit message) {
        subscription(message.sid()).credit(message.records());
        return DONE;
    }

    private Future<Void> seek(ClientMessage.Seek message) {
        StreamSubscription subscription = subscription(message.sid());
        StreamParameters parameters = subscription.subscription().parameters();
        if (parameters.group() != null) {
            throw wrong("sid: a member of a group cannot seek; commit another offset and join again");
        }
        if (parameters.shape().table()) {
            throw wrong("sid: subscription " + message.sid()
                    + " is a table, which has no positions to seek; unsubscribe it and subscribe again, then the whole"
                    + " table is sent");
        }
        return services.resolver()
                .seek(
                        subscription.followed().cursors().stream()
                                .map(cursor -> cursor.partition())
                                .toList(),
                        parameters,
                        StartPosition.parse(message.from()))
                .map(starts -> {
                    if (!subscription.isEnded()) {
                        subscription.seek(message.id(), starts);
                        connection.loop().delivery().endRound();
                    }
                    return null;
                });
    }

    private Future<Void> checkpoint(ClientMessage.Checkpoint message) {
        subscription(message.sid()).checkpoint(message.id());
        connection.touch();
        connection.loop().delivery().endRound();
        return DONE;
    }

    private Future<Void> commit(ClientMessage.Commit message) {
        GroupMembership membership = subscription(message.sid()).membership();
        if (membership == null) {
            throw wrong("sid: subscription " + message.sid() + " is not in a group; subscribe with group");
        }
        membership.commit(message.offsets()).onComplete(done -> {
            if (done.succeeded()) {
                connection.sayNow(new ServerMessage.Committed(message.sid(), message.id()));
            } else {
                refuse(message.sid(), message.id(), ErrorJson.asAnswer(done.cause()));
            }
        });
        // Commits keep their order by themselves; others need not wait for them.
        return DONE;
    }

    private Future<Void> auth(ClientMessage.Auth message) {
        return connection.identity().authenticate(message);
    }

    private Future<Void> ping(ClientMessage.Ping message) {
        connection.sayNow(new ServerMessage.Pong(message.id()));
        return DONE;
    }
}
