package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.produce.RecordProducer;
import io.millrace.websocket.delivery.SharedStreams;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.session.EventLoopSessions;
import io.millrace.websocket.session.Outlet;
import io.millrace.websocket.session.SessionServices;
import io.millrace.websocket.session.StreamConnection;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.SubscriptionOpening;
import io.millrace.websocket.subscription.SubscriptionResolver;
import io.millrace.websocket.subscription.TopicSelector;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final PartitionService partitions;
    private final Controller controller;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final SessionServices services;
    private final StreamOpener opener;
    private final TopicWatch topics;
    private final Map<EventLoop, EventLoopSessions> loops = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Promise<Void> empty = Promise.promise();
    private volatile boolean draining;

    /**
     * A gateway without routes.
     *
     * @param node the name of this node, for clients that are told
     * @param producer stores what clients write
     */
    public StreamGateway(
            Vertx vertx,
            String node,
            PartitionService partitions,
            Controller controller,
            RecordProducer producer,
            GatewayLimits limits,
            GatewayMetrics metrics,
            Clock clock) {
        this.vertx = vertx;
        this.partitions = partitions;
        this.controller = controller;
        this.limits = limits;
        this.metrics = metrics;
        SubscriptionResolver resolver = new SubscriptionResolver(
                vertx, controller, partitions, clock, new TopicSelector(limits.partitionsMax()));
        this.services = new SessionServices(
                node,
                new SharedStreams(partitions, limits, metrics),
                resolver,
                new SubscriptionOpening(vertx, resolver),
                producer,
                limits,
                metrics);
        this.opener = new StreamOpener(vertx, limits, new OriginCheck(limits.allowedOrigins()));
        this.topics = new TopicWatch(controller.image());
        controller.onImage(this::imageChanged);
    }

    /** Adds the gateway's routes. They must come before a body handler: a WebSocket request has to be taken as it comes. */
    public void mount(Router router) {
        router.get("/topics/:topic/stream").handler(routing -> handle(routing.request(), routing.pathParam("topic")));
        router.get("/stream").handler(routing -> handle(routing.request(), null));
    }

    /** Streams that are open, those included whose last bytes are still on their way. */
    public int openStreams() {
        return open.get();
    }

    /** Memory held by recent frames, and by records that wait for a tick. */
    public long heldBytes() {
        return services.streams().ringBytes();
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
        draining = true;
        loops.values()
                .forEach(loop -> loop.forEach(connection -> {
                    long endInMs =
                            spreadMs == 0 ? 0 : ThreadLocalRandom.current().nextLong(spreadMs);
                    connection.drain(endInMs, ThreadLocalRandom.current().nextLong(1_000, 5_000));
                }));
        if (open.get() == 0) {
            empty.tryComplete();
        }
        return empty.future();
    }

    /** A request for a stream of a topic, or, where that is null, of what its parameters say. */
    private void handle(HttpServerRequest request, String topic) {
        Transport transport = StreamOpener.transport(request);
        try {
            opener.checkOrigin(request);
            admit();
        } catch (MillraceException e) {
            opener.refuseByStatus(request, e);
            return;
        }
        try {
            opener.checkVersion(request);
            StreamRequest asked = StreamRequest.read(request, transport, topic, limits);
            if (asked.isEmpty()) {
                open(request, asked, null);
                return;
            }
            Future<SubscriptionOpening.Ready> ready = services.opening().prepare(asked.parameters());
            if (ready.succeeded()) {
                open(request, asked, ready.result());
            } else {
                // Nothing may be read past the handshake while the leaders of the partitions are asked.
                request.pause();
                ready.onComplete(
                        prepared -> open(request, asked, prepared),
                        failure -> refuse(request, transport, ErrorJson.asAnswer(failure)));
            }
        } catch (MillraceException e) {
            refuse(request, transport, e);
        } catch (RuntimeException e) {
            LOG.error("A stream could not be opened", e);
            refuse(request, transport, ErrorJson.asAnswer(e));
        }
    }

    private void refuse(HttpServerRequest request, Transport transport, MillraceException error) {
        leave();
        opener.refuse(request, transport, error);
    }

    /** What is to be known of the partitions is known; there are none when the client will name them later. */
    private void open(HttpServerRequest request, StreamRequest asked, SubscriptionOpening.Ready ready) {
        try {
            EventLoopSessions loop = sessionsOfThisLoop();
            // Before the client is told that the stream is open: what is written after that must reach it.
            Future<Subscription> subscription = ready == null
                    ? Future.succeededFuture()
                    : services.opening().resolve(ready, asked.form(), opener.deflates(request));
            opener.open(request, asked.form())
                    .compose(outlet -> subscription
                            .onSuccess(found -> begin(asked, found, outlet, loop))
                            .onFailure(e -> opener.refuse(outlet, ErrorJson.asAnswer(e))))
                    .onFailure(e -> notOpened(request, e));
        } catch (MillraceException e) {
            refuse(request, asked.form().transport(), e);
        } catch (RuntimeException e) {
            LOG.error("A stream could not be opened", e);
            refuse(request, asked.form().transport(), ErrorJson.asAnswer(e));
        }
    }

    /** The client hung up, or its handshake was wrong, or where it wanted to start could not be found. */
    private void notOpened(HttpServerRequest request, Throwable cause) {
        leave();
        if (!(cause instanceof MillraceException)) {
            LOG.atWarn()
                    .addKeyValue("connection", request.remoteAddress())
                    .setCause(cause)
                    .log("A stream could not be opened");
        }
    }

    /** Takes a place for one more stream; {@link #leave} gives it back. */
    private void admit() {
        int now = open.incrementAndGet();
        if (draining || now > limits.streamsMax()) {
            leave();
            throw new MillraceException(
                    ErrorCode.LEADER_NOT_AVAILABLE,
                    draining
                            ? "this node is stopping; connect again, to another node if there is one"
                            : "this node has its largest number of streams (" + limits.streamsMax()
                                    + "); try again later, or raise the limit");
        }
    }

    private void leave() {
        if (open.decrementAndGet() == 0 && draining) {
            empty.tryComplete();
        }
    }

    private void begin(StreamRequest asked, Subscription subscription, Outlet outlet, EventLoopSessions loop) {
        StreamConnection connection = new StreamConnection(
                asked.form(), outlet, loop, services, asked.parameters().heartbeatMs(), this::leave);
        connection.begin(subscription);
        // What was created while the request was looked at.
        connection.topicsChanged(controller.image());
        if (draining) {
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
            return new EventLoopSessions(vertx, context, partitions, limits, metrics);
        });
    }
}
