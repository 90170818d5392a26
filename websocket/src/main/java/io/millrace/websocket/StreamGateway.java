package io.millrace.websocket;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.websocket.auth.ClientAccess;
import io.millrace.websocket.auth.ClientAuthenticator;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.auth.Credentials;
import io.millrace.websocket.delivery.SharedStreams;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.session.EventLoopSessions;
import io.millrace.websocket.session.Outlet;
import io.millrace.websocket.session.SessionServices;
import io.millrace.websocket.session.StreamConnection;
import io.millrace.websocket.session.SubscriptionPlaces;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.SubscriptionOpening;
import io.millrace.websocket.subscription.SubscriptionResolver;
import io.millrace.websocket.subscription.TopicSelector;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where streams come in: {@code GET /topics/{topic}/stream} and {@code GET /stream}, as WebSocket, SSE or NDJSON. It checks the request, decides where
 * each partition starts, opens the way to the client and leaves the rest to a {@link StreamConnection}.
 *
 * <p>Requests are handled on the event loop of their connection, where the stream stays. {@link #drain} and {@link #close} may
 * be called on any thread.
 */
public final class StreamGateway {

    private static final Logger LOG = LoggerFactory.getLogger(StreamGateway.class);

    private final Vertx vertx;
    private final Controller controller;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final SessionServices services;
    private final StreamOpener opener;
    private final ClientAccess access;
    private final TopicWatch topics;
    private final Map<EventLoop, EventLoopSessions> loops = new ConcurrentHashMap<>();
    private final StreamAdmission admission;

    /** A gateway without routes that lets everybody in. */
    public StreamGateway(
            Vertx vertx, GatewayBackend backend, GatewayLimits limits, GatewayMetrics metrics, Clock clock) {
        this(vertx, backend, limits, metrics, ClientAuthenticator.ANONYMOUS, clock);
    }

    /**
     * A gateway without routes.
     *
     * @param authenticator says who clients are, and through that what they may
     */
    public StreamGateway(
            Vertx vertx,
            GatewayBackend backend,
            GatewayLimits limits,
            GatewayMetrics metrics,
            ClientAuthenticator authenticator,
            Clock clock) {
        this.vertx = vertx;
        this.controller = backend.controller();
        this.limits = limits;
        this.metrics = metrics;
        SubscriptionResolver resolver = new SubscriptionResolver(
                vertx,
                backend.controller(),
                backend.partitions(),
                clock,
                backend.topicDefaults(),
                new TopicSelector(limits.partitionsMax()));
        this.admission = new StreamAdmission(limits, System::nanoTime);
        this.access = new ClientAccess(authenticator, limits.accessTokenInUrl(), metrics, clock);
        this.services = new SessionServices(
                backend.node(),
                new SharedStreams(backend.partitions(), limits, metrics),
                resolver,
                new SubscriptionOpening(vertx, resolver),
                access,
                backend.producer(),
                backend.groups(),
                backend.quota(),
                new SubscriptionPlaces(limits.subscriptionsMax(), metrics),
                limits,
                metrics);
        this.opener = new StreamOpener(vertx, limits, new OriginCheck(limits.allowedOrigins()), access.challenge());
        this.topics = new TopicWatch(controller.image());
        controller.onImage(this::imageChanged);
    }

    /** Adds the gateway's routes. They must come before a body handler: a WebSocket request has to be taken as it comes. */
    public void mount(Router router) {
        router.get("/topics/:topic/stream").handler(routing -> handle(routing.request(), routing.pathParam("topic")));
        router.get("/stream").handler(routing -> handle(routing.request(), null));
    }

    /** Bytes of messages that clients have begun to send and not finished. */
    public long unfinishedBytes() {
        return opener.unfinishedBytes();
    }

    /** Who clients are, for other doors of this node; it gives out tickets for streams. */
    public ClientAccess access() {
        return access;
    }

    /** Rights of clients may have changed: subscriptions to which one has none any more are ended. Any thread. */
    public void rightsChanged() {
        loops.values().forEach(loop -> loop.forEach(StreamConnection::rightsChanged));
    }

    /** Streams that are open, those included whose last bytes are still on their way. */
    public int openStreams() {
        return admission.open();
    }

    /** Memory held by recent frames, and by records that wait for a tick. */
    public long heldBytes() {
        return services.streams().ringBytes();
    }

    /** Keys in the indexes of the tables whose snapshots are being sent. */
    public long tableKeys() {
        return services.streams().tableKeys();
    }

    /**
     * Refuses new streams with 503 and ends the open ones, spread over {@link GatewayLimits#drainMs}, so that their clients do
     * not all come back at once. Completes when the last one has ended.
     */
    public Future<Void> drain() {
        return endAll(limits.drainMs());
    }

    /** As {@link #drain}, at once. */
    public Future<Void> close() {
        return endAll(0);
    }

    private Future<Void> endAll(long spreadMs) {
        Future<Void> empty = admission.drain();
        loops.values()
                .forEach(loop -> loop.forEach(connection -> {
                    long endInMs =
                            spreadMs == 0 ? 0 : ThreadLocalRandom.current().nextLong(spreadMs);
                    connection.drain(endInMs, ThreadLocalRandom.current().nextLong(1_000, 5_000));
                }));
        return empty;
    }

    /** A request for a stream of a topic, or, where that is null, of what its parameters say. */
    private void handle(HttpServerRequest request, String topic) {
        Transport transport = StreamOpener.transport(request);
        try {
            opener.checkOrigin(request);
            opener.checkHandshake(request, transport);
            admission.enter(address(request));
        } catch (MillraceException e) {
            opener.refuseByStatus(request, e);
            return;
        }
        try {
            opener.checkVersion(request);
            Credentials shown = access.credentials(request);
            Future<ClientIdentity> client = access.identify(shown);
            if (client.succeeded()) {
                identified(request, transport, topic, client.result());
                return;
            }
            // Nothing may be read past the handshake while others are asked.
            request.pause();
            Context context = vertx.getOrCreateContext();
            client.onComplete(
                    known -> context.runOnContext(v -> identified(request, transport, topic, known)),
                    failure -> context.runOnContext(v -> notIdentified(request, transport, topic, shown, failure)));
        } catch (MillraceException e) {
            refuse(request, transport, e);
        }
    }

    /** A client that showed nothing may still say in its first message who it is, if that is all it wants now. */
    private void notIdentified(
            HttpServerRequest request, Transport transport, String topic, Credentials shown, Throwable failure) {
        boolean mayFollow = shown == Credentials.NONE && topic == null && ClientAccess.isRefusal(failure);
        try {
            if (mayFollow && StreamRequest.isForMessages(request, transport, limits)) {
                identified(request, transport, null, null);
                return;
            }
            if (shown == Credentials.NONE) {
                metrics.authenticationFailed();
            }
            refuse(request, transport, ErrorJson.asAnswer(failure));
        } catch (MillraceException e) {
            refuse(request, transport, e);
        }
    }

    private void identified(HttpServerRequest request, Transport transport, String topic, ClientIdentity client) {
        try {
            prepare(request, transport, StreamRequest.read(request, transport, topic, limits), client);
        } catch (MillraceException e) {
            refuse(request, transport, e);
        } catch (RuntimeException e) {
            LOG.error("A stream could not be opened", e);
            refuse(request, transport, ErrorJson.asAnswer(e));
        }
    }

    /** Learns what is to be known of the partitions; the client is null when its first message will say who it is. */
    private void prepare(HttpServerRequest request, Transport transport, StreamRequest asked, ClientIdentity client) {
        if (asked.isEmpty()) {
            open(request, asked, client, null);
            return;
        }
        Future<SubscriptionOpening.Ready> ready = services.opening().prepare(asked.parameters(), client);
        if (ready.succeeded()) {
            open(request, asked, client, ready.result());
        } else {
            request.pause();
            ready.onComplete(
                    prepared -> open(request, asked, client, prepared),
                    failure -> refuse(request, transport, ErrorJson.asAnswer(failure)));
        }
    }

    private void refuse(HttpServerRequest request, Transport transport, MillraceException error) {
        admission.leave(address(request));
        opener.refuse(request, transport, error);
    }

    /** What is to be known of the partitions is known; there are none when the client will name them later. */
    private void open(
            HttpServerRequest request, StreamRequest asked, ClientIdentity client, SubscriptionOpening.Ready ready) {
        try {
            if (ready != null) {
                services.places().requireOne();
            }
            EventLoopSessions loop = sessionsOfThisLoop();
            String address = address(request);
            // Before the client is told that the stream is open: what is written after that must reach it.
            Future<Subscription> subscription = ready == null
                    ? Future.succeededFuture()
                    : services.opening().resolve(ready, asked.form(), opener.deflates(request));
            opener.open(request, asked.form())
                    .compose(outlet -> subscription
                            .onSuccess(
                                    found -> begin(asked, client, found, outlet, loop, () -> admission.leave(address)))
                            .onFailure(e -> opener.refuse(outlet, ErrorJson.asAnswer(e))))
                    .onFailure(e -> notOpened(request, e));
        } catch (MillraceException e) {
            refuse(request, asked.form().transport(), e);
        } catch (RuntimeException e) {
            LOG.error("A stream could not be opened", e);
            refuse(request, asked.form().transport(), ErrorJson.asAnswer(e));
        }
    }

    /** The client hung up, or where it wanted to start could not be found. */
    private void notOpened(HttpServerRequest request, Throwable cause) {
        admission.leave(address(request));
        if (cause instanceof HttpClosedException) {
            LOG.debug("A client left before its stream was open, connection={}", request.remoteAddress());
        } else if (!(cause instanceof MillraceException)) {
            LOG.atWarn()
                    .addKeyValue("connection", request.remoteAddress())
                    .setCause(cause)
                    .log("A stream could not be opened");
        }
    }

    /** Whom streams are counted for: the other end of the connection, which may be a proxy. */
    private static String address(HttpServerRequest request) {
        return request.remoteAddress().hostAddress();
    }

    private void begin(
            StreamRequest asked,
            ClientIdentity client,
            Subscription subscription,
            Outlet outlet,
            EventLoopSessions loop,
            Runnable onReleased) {
        StreamConnection connection = new StreamConnection(
                asked.form(), outlet, loop, services, client, asked.parameters().heartbeatMs(), onReleased);
        connection.begin(subscription);
        // What was created while the request was looked at.
        connection.topicsChanged(controller.image());
        if (admission.isDraining()) {
            connection.drain(0, 1_000);
        }
    }

    /** Any thread. */
    private void imageChanged(ClusterImage image) {
        if (topics.grew(image)) {
            loops.values().forEach(loop -> loop.forEach(connection -> connection.topicsChanged(image)));
        }
    }

    private EventLoopSessions sessionsOfThisLoop() {
        EventLoop eventLoop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
        return loops.computeIfAbsent(eventLoop, loop -> {
            Context context =
                    ((VertxInternal) vertx).contextBuilder().withEventLoop(loop).build();
            return new EventLoopSessions(vertx, context, limits, metrics);
        });
    }
}
