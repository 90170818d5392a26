package io.millrace.websocket.session;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.delivery.RoundListener;
import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.protocol.WireForm;
import io.millrace.websocket.subscription.Subscription;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: its {@link Outlet}, the subscriptions on it, and whether anybody is still there. Without a subprotocol there is
 * exactly one subscription and the connection ends with it.
 *
 * <p>Belongs to the event loop of its connection; {@link EventLoopSessions} calls from there.
 */
public final class StreamConnection implements Outlet.Listener, RoundListener {

    private static final Logger LOG = LoggerFactory.getLogger(StreamConnection.class);

    private final WireForm form;
    private final Outlet outlet;
    private final EventLoopSessions loop;
    private final SessionServices services;
    private final KeepAlive keepAlive;
    private final long heartbeatMs;
    private final ClientRequests requests;
    private final ConnectionIdentity identity;
    private final OpenSubscriptions subscriptions;
    private final QuotaPause quota;
    private final Runnable onReleased;
    private Drain drain;
    private long pings;
    private boolean touched;
    private boolean ended;

    /**
     * A connection that does nothing yet.
     *
     * @param form what the client asked for
     * @param client who asked; null when its first message has to say it
     * @param heartbeatMs idle time after which a sign of life is sent
     * @param onReleased called once, when the connection has ended and left nothing behind
     */
    public StreamConnection(
            WireForm form,
            Outlet outlet,
            EventLoopSessions loop,
            SessionServices services,
            ClientIdentity client,
            long heartbeatMs,
            Runnable onReleased) {
        this.form = form;
        this.outlet = outlet;
        this.loop = loop;
        this.services = services;
        this.onReleased = onReleased;
        this.heartbeatMs = heartbeatMs;
        this.subscriptions = new OpenSubscriptions(this, services);
        this.quota = new QuotaPause(this, services);
        this.identity = new ConnectionIdentity(this, services, client);
        this.requests = form.isSubprotocol() ? new ClientRequests(this, services) : null;
        this.keepAlive = new KeepAlive(
                heartbeatMs,
                services.limits().pongTimeoutMs(),
                services.limits().stalledTimeoutMs(),
                outlet.isHeartbeatAnswered(),
                System.nanoTime());
    }

    /**
     * Greets the client, and begins its first subscription.
     *
     * @param first null when the client will ask for its subscriptions
     */
    public void begin(Subscription first) {
        services.metrics().streamOpened(form.transport());
        loop.add(this);
        outlet.listen(this);
        if (ended) {
            return;
        }
        if (form == WireForm.SSE) {
            outlet.write(ControlFrame.sseRetry(services.limits().retryMs()));
        } else if (form.isSubprotocol()) {
            say(new ServerMessage.Welcome(
                    services.node(),
                    form.subprotocol().wireName(),
                    heartbeatMs,
                    services.limits().messageBytesMax(),
                    identity.expiresInMs()));
        }
        if (first != null) {
            try {
                subscribe(form.isSubprotocol() ? 0 : ServerMessage.NO_SID, null, first);
            } catch (MillraceException e) {
                end(StreamEnd.of(e));
                return;
            }
        }
        touch();
        loop.delivery().endRound();
    }

    // ---- what its parts ask of it

    Outlet outlet() {
        return outlet;
    }

    EventLoopSessions loop() {
        return loop;
    }

    WireForm form() {
        return form;
    }

    ConnectionIdentity identity() {
        return identity;
    }

    boolean isEnded() {
        return ended;
    }

    StreamSubscription subscription(int sid) {
        return subscriptions.get(sid);
    }

    int subscriptionCount() {
        return subscriptions.size();
    }

    /** Begins a subscription; throws THROTTLING_QUOTA_EXCEEDED when the node has too many. */
    void subscribe(int sid, String requestId, Subscription subscription) {
        services.places().take();
        StreamSubscription begun = new StreamSubscription(sid, subscription, this, services);
        subscriptions.add(begun);
        services.metrics().subscriptionBegan(subscription.view());
        begun.begin(requestId);
    }

    /** Something was written: it will be flushed at the end of the round. */
    void touch() {
        if (!touched) {
            touched = true;
            loop.delivery().touch(this);
        }
    }

    /** Writes a message that is about no subscription, or that its client asked for. */
    void say(ServerMessage message) {
        if (!ended) {
            outlet.write(ControlFrame.of(form, message, null));
            touch();
        }
    }

    /** As {@link #say}, outside of a round. */
    void sayNow(ServerMessage message) {
        say(message);
        loop.delivery().endRound();
    }

    /** As {@link #say}, also to clients without a subprotocol that get such messages. */
    void announce(ServerMessage message) {
        if (form.isSubprotocol()) {
            say(message);
        } else {
            for (StreamSubscription each : subscriptions.all()) {
                each.output().control(message);
            }
        }
        outlet.flush();
    }

    /** Records were sent: the connection is not idle. */
    void sent(int bytes) {
        keepAlive.sent();
        quota.sent(bytes);
    }

    /** Whether records may be sent now: there is room in the buffer, the client is not above its quota, and this is not the end. */
    boolean maySend() {
        return outlet.isWritable() && !quota.isPaused() && (drain == null || !drain.isQuiet());
    }

    /** A number for a ping that no other ping of this connection has. */
    long pingNumber() {
        return ++pings;
    }

    /** Where the client is, as text. */
    String remoteHost() {
        return outlet.remoteHost();
    }

    void log(String message, MillraceException error) {
        LOG.atWarn().addKeyValue("transport", form.transport().label()).log("{}: {}", message, error.getMessage());
    }

    void log(String message, TopicPartition partition, MillraceException error) {
        LOG.atError()
                .addKeyValue("topic", partition.topic())
                .addKeyValue("transport", form.transport().label())
                .setCause(error.getCause())
                .log(message);
    }

    /** A subscription has come to its end; so has the connection, unless its client can ask for others. */
    void finish(StreamSubscription subscription, StreamEnd end) {
        if (!form.isSubprotocol()) {
            end(end);
            return;
        }
        if (subscriptions.remove(subscription)) {
            subscription.checkpoint(null);
            close(subscription);
            say(
                    end.error() == null
                            ? new ServerMessage.Unsubscribed(subscription.sid(), null)
                            : new ServerMessage.Failure(subscription.sid(), null, end.error(), true));
        }
    }

    /** Ends a subscription as its client asked. */
    void unsubscribe(StreamSubscription subscription, String requestId) {
        subscriptions.remove(subscription);
        subscription.checkpoint(null);
        if (subscription.membership() != null) {
            subscription.membership().leave();
        }
        close(subscription);
        sayNow(new ServerMessage.Unsubscribed(subscription.sid(), requestId));
    }

    private void close(StreamSubscription subscription) {
        subscription.close();
        services.places().giveBack();
        services.metrics().subscriptionEnded(subscription.subscription().view());
    }

    /** Adds how far this client is behind to the greatest of each topic. */
    void measureLag(Map<String, Long> recordsByTopic) {
        subscriptions.measureLag(recordsByTopic);
    }

    // ---- rounds

    @Override
    public void endRound() {
        touched = false;
        if (ended) {
            return;
        }
        StreamSubscription[] all = subscriptions.all();
        for (StreamSubscription each : all) {
            each.output().endRound();
        }
        outlet.flush();
        quota.endRound();
        for (StreamSubscription each : all) {
            each.catchUp().goOn();
        }
    }

    // ---- the connection

    @Override
    public void writable() {
        subscriptions.writable();
    }

    @Override
    public void heard() {
        keepAlive.heard();
    }

    @Override
    public void ponged(long number) {
        inContext(() -> {
            subscriptions.ponged(number);
            if (drain != null) {
                drain.ponged();
            }
        });
    }

    /**
     * Netty calls without a Vert.x context, and futures that are asked for without one complete on whatever thread: everything that may
     * ask for one goes through here.
     */
    private void inContext(Runnable action) {
        ((ContextInternal) loop.delivery().context()).dispatch(null, v -> action.run());
    }

    @Override
    public void message(boolean text, byte[] payload) {
        if (requests != null && !ended) {
            inContext(() -> requests.received(text, payload));
        }
    }

    @Override
    public void broke(StreamEnd end) {
        inContext(() -> end(end));
    }

    @Override
    public void closed(int closeCode) {
        inContext(() -> end(StreamEnd.byClient(closeCode)));
    }

    void tick(long nowNanos) {
        if (!identity.tick(nowNanos)) {
            return;
        }
        switch (keepAlive.tick(nowNanos, outlet.isWritable(), outlet.progress())) {
            case FINE -> subscriptions.tick(nowNanos);
            case IDLE -> SignOfLife.show(this, subscriptions);
            case SILENT -> end(StreamEnd.heartbeatTimeout(services.limits().pongTimeoutMs()));
            case STALLED -> end(StreamEnd.slowConsumer(services.limits().stalledTimeoutMs()));
        }
    }

    /** The cluster has other topics or partitions now. */
    public void topicsChanged(ClusterImage image) {
        subscriptions.topicsChanged(image);
    }

    /** Ends the subscriptions to which the client has no right any more (gateway protocol §10). */
    public void rightsChanged() {
        subscriptions.rightsChanged();
        loop.delivery().endRound();
    }

    /**
     * The node is about to stop. When it is said more than once, the earliest end counts.
     *
     * @param endInMs when this connection will be ended
     * @param reconnectAfterMs how long its client should wait then
     */
    public void drain(long endInMs, long reconnectAfterMs) {
        if (ended) {
            return;
        }
        if (drain == null) {
            drain = new Drain(this, subscriptions);
        }
        drain.begin(endInMs, reconnectAfterMs);
    }

    /** Ends the connection behind what was written so far. Ending it again does nothing. */
    public void end(StreamEnd end) {
        if (ended) {
            return;
        }
        if (!end.isByClient()) {
            sayGoodbye(end);
        }
        ended = true;
        for (StreamSubscription each : subscriptions.all()) {
            close(each);
        }
        subscriptions.clear();
        loop.remove(this);
        services.metrics().streamClosed(form.transport(), end.closeCode());
        outlet.close(end, onReleased);
    }

    private void sayGoodbye(StreamEnd end) {
        for (StreamSubscription each : subscriptions.all()) {
            each.output().endRound();
            if (each.output().hasMoved()) {
                each.checkpoint(null);
            }
            if (end.error() != null && !form.isSubprotocol()) {
                each.output().control(new ServerMessage.Failure(null, end.error()));
            }
        }
        if (end.error() != null && form.isSubprotocol()) {
            say(new ServerMessage.Failure(null, end.error()));
        }
    }
}
