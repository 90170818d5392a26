package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.delivery.SharedStreams;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.filter.WhereExpressions;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.session.EventLoopSessions;
import io.millrace.websocket.session.Outlet;
import io.millrace.websocket.session.StreamSession;
import io.millrace.websocket.subscription.StreamParameters;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.SubscriptionResolver;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where streams come in: {@code GET /topics/{topic}/stream} as WebSocket, SSE or NDJSON. It checks the request, decides where
 * each partition starts, opens the way to the client and leaves the rest to a {@link StreamSession}.
 *
 * <p>Requests are handled on the event loop of their connection, where the session stays. {@link #drain} and {@link #close} may
 * be called on any thread.
 */
public final class StreamGateway {

    private static final Logger LOG = LoggerFactory.getLogger(StreamGateway.class);

    private final Vertx vertx;
    private final PartitionService partitions;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final SubscriptionResolver resolver;
    private final SharedStreams streams;
    private final WhereExpressions expressions = new WhereExpressions();
    private final StreamOpener opener;
    private final Map<EventLoop, EventLoopSessions> loops = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Promise<Void> empty = Promise.promise();
    private volatile boolean draining;

    public StreamGateway(
            Vertx vertx,
            PartitionService partitions,
            Controller controller,
            GatewayLimits limits,
            GatewayMetrics metrics,
            Clock clock) {
        this(vertx, partitions, controller, limits, metrics, clock, Map.of());
    }

    /**
     * A gateway.
     *
     * @param topicDefaults the node's settings for topics that do not set their own
     */
    public StreamGateway(
            Vertx vertx,
            PartitionService partitions,
            Controller controller,
            GatewayLimits limits,
            GatewayMetrics metrics,
            Clock clock,
            Map<String, String> topicDefaults) {
        this.vertx = vertx;
        this.partitions = partitions;
        this.limits = limits;
        this.metrics = metrics;
        this.resolver = new SubscriptionResolver(controller, partitions, clock, topicDefaults, limits.partitionsMax());
        this.streams = new SharedStreams(partitions, limits, metrics);
        this.opener = new StreamOpener(vertx, limits, new OriginCheck(limits.allowedOrigins()));
    }

    /** Adds the gateway's routes. They must come before a body handler: a WebSocket request has to be taken as it comes. */
    public void mount(Router router) {
        router.get("/topics/:topic/stream").handler(this::handle);
        router.get("/stream").handler(this::refuseSeveralTopics);
    }

    /** Streams that are open, those included whose last bytes are still on their way. */
    public int openStreams() {
        return open.get();
    }

    /** Memory held by recent frames, and by records that wait for a tick. */
    public long heldBytes() {
        return streams.ringBytes();
    }

    /** Keys in the indexes of the tables whose snapshots are being sent. */
    public long tableKeys() {
        return streams.tableKeys();
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
                .forEach(loop -> loop.forEach(session -> {
                    long endInMs =
                            spreadMs == 0 ? 0 : ThreadLocalRandom.current().nextLong(spreadMs);
                    session.drain(endInMs, ThreadLocalRandom.current().nextLong(1_000, 5_000));
                }));
        if (open.get() == 0) {
            empty.tryComplete();
        }
        return empty.future();
    }

    private void handle(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        Transport transport = StreamOpener.transport(request);
        try {
            opener.checkOrigin(request);
            admit();
        } catch (MillraceException e) {
            opener.refuseByStatus(request, e);
            return;
        }
        try {
            StreamParameters parameters = StreamParameters.parse(
                    new QueryStringDecoder(request.uri()).parameters(), request.getHeader("Last-Event-ID"), limits);
            opener.checkHandshake(request, transport);
            Future<StreamParameters> prepared = prepare(routing.pathParam("topic"), parameters);
            if (prepared.succeeded()) {
                open(routing, transport, prepared.result());
            } else {
                // Nothing may be read past the handshake while the leaders of the partitions are asked.
                request.pause();
                prepared.onComplete(
                        ready -> open(routing, transport, ready),
                        failure -> refuse(request, transport, ErrorJson.asAnswer(failure)));
            }
        } catch (MillraceException e) {
            refuse(request, transport, e);
        } catch (IllegalArgumentException e) {
            refuse(
                    request,
                    transport,
                    new MillraceException(
                            ErrorCode.INVALID_REQUEST, "the query string is malformed: " + e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("A stream could not be opened", e);
            refuse(request, transport, ErrorJson.asAnswer(e));
        }
    }

    /** Learns of the partitions what is to be known, and has the filter's expression compiled. */
    private Future<StreamParameters> prepare(String topic, StreamParameters parameters) {
        Future<Void> known = resolver.prepare(topic, parameters);
        WhereExpression asked = parameters.filter().where();
        if (asked == null) {
            return known.map(parameters);
        }
        WhereExpression expression = expressions.known(asked);
        StreamParameters checked = parameters.withWhere(expression);
        if (expression.isCompiled()) {
            return known.map(checked);
        }
        return known.compose(v -> vertx.executeBlocking(() -> {
            expressions.compile(expression);
            return checked;
        }));
    }

    private void refuse(HttpServerRequest request, Transport transport, MillraceException error) {
        leave();
        opener.refuse(request, transport, error);
    }

    /** What is to be known of the partitions is known. */
    private void open(RoutingContext routing, Transport transport, StreamParameters parameters) {
        HttpServerRequest request = routing.request();
        try {
            EventLoopSessions loop = sessionsOfThisLoop();
            // Before the client is told that the stream is open: what is written after that must reach it.
            Future<Subscription> subscription = resolver.resolve(routing.pathParam("topic"), transport, parameters);
            opener.open(request, transport)
                    .compose(outlet -> subscription
                            .onSuccess(found -> begin(found, outlet, loop))
                            .onFailure(e -> opener.refuse(outlet, ErrorJson.asAnswer(e))))
                    .onFailure(e -> notOpened(request, e));
        } catch (MillraceException e) {
            refuse(request, transport, e);
        } catch (RuntimeException e) {
            LOG.error("A stream could not be opened", e);
            refuse(request, transport, ErrorJson.asAnswer(e));
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

    private void refuseSeveralTopics(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        try {
            opener.checkOrigin(request);
        } catch (MillraceException e) {
            opener.refuseByStatus(request, e);
            return;
        }
        opener.refuse(
                request,
                StreamOpener.transport(request),
                new MillraceException(
                        ErrorCode.INVALID_REQUEST,
                        "topic: streams of several topics are not supported by this version; open"
                                + " /topics/{topic}/stream for each"));
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

    private void begin(Subscription subscription, Outlet outlet, EventLoopSessions loop) {
        StreamSession session = new StreamSession(subscription, outlet, loop, limits, metrics, this::leave);
        session.begin(streams);
        if (draining) {
            session.drain(0, 1_000);
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
