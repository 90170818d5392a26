package io.millrace.cluster.controller;

import io.millrace.cluster.NodeEndpoints;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.DuplicateBrokerRegistrationException;
import org.apache.kafka.common.errors.StaleBrokerEpochException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.ListenerCollection;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.controller.QuorumFeatures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's membership as a broker: registers a new process life, says that it is alive, and leaves in order.
 *
 * <p>Runs on one Vert.x context of its own; its methods may be called on any thread.
 */
final class BrokerLifecycle {

    private static final Logger log = LoggerFactory.getLogger(BrokerLifecycle.class);

    private static final long REGISTRATION_TIMEOUT_MS = 10_000;
    private static final long RETRY_MS = 200;

    /** While something is expected of the controller: to be let in, or to be let go. */
    private static final long EAGER_INTERVAL_MS = 50;

    /** A stopping node does not wait longer for a controller that does not answer: an election is over by then, if there can be one. */
    private static final long SILENCE_MAX_NS = TimeUnit.SECONDS.toNanos(3);

    private enum Phase {
        NEW,
        REGISTERING,
        FENCED,
        RUNNING,
        STOPPING,
        STOPPED
    }

    private final Vertx vertx;
    private final Context context;
    private final BrokerSettings settings;
    private final ActiveController controller;
    private final Supplier<ClusterImage> image;
    private final LongConsumer epochKeeper;
    private final Uuid incarnationId = Uuid.randomUuid();
    private final Promise<Void> started = Promise.promise();
    private final Promise<Void> stopped = Promise.promise();
    private volatile long epoch = -1;
    private Phase phase = Phase.NEW;
    private boolean heartbeatUnderWay;
    private boolean duplicateTold;
    private long timer = -1;
    private long silentSinceNs;

    /** What the controller was told last, in an answered heartbeat or not. */
    private boolean toldDrained;

    /** @param epochKeeper writes an epoch down durably, for the next life; may block, is called off the event loop */
    BrokerLifecycle(
            Vertx vertx,
            BrokerSettings settings,
            ActiveController controller,
            Supplier<ClusterImage> image,
            LongConsumer epochKeeper) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.settings = settings;
        this.controller = controller;
        this.image = image;
        this.epochKeeper = epochKeeper;
    }

    /** The epoch of this process life, -1 until it is registered. */
    long epoch() {
        return epoch;
    }

    /** Registers. Completes when the controller has let this node in and may give it partitions to lead. */
    Future<Void> start() {
        context.runOnContext(v -> register());
        return started.future();
    }

    /** To be called with each image: what the controller waits for is told at once. */
    void imageApplied() {
        context.runOnContext(v -> {
            if (phase == Phase.FENCED || phase == Phase.RUNNING && isDrained() != toldDrained) {
                heartbeat();
            }
        });
    }

    /**
     * Asks to be let go. Completes when leaderships have moved away, when there is nobody to move them to, or when the time is up: a node
     * may always just die.
     */
    Future<Void> stop(long timeoutMs) {
        context.runOnContext(v -> {
            if (phase != Phase.RUNNING || isAlone()) {
                finish();
                return;
            }
            phase = Phase.STOPPING;
            silentSinceNs = System.nanoTime();
            vertx.setTimer(
                    timeoutMs,
                    id -> context.runOnContext(w -> {
                        if (phase == Phase.STOPPING) {
                            log.warn(
                                    "The controller did not let this node go within {} ms: stopping without",
                                    timeoutMs);
                            finish();
                        }
                    }));
            heartbeat();
        });
        return stopped.future();
    }

    /** Nobody could take anything over: the others are gone, or going too. */
    private boolean isAlone() {
        return image.get().liveBrokers().stream()
                .allMatch(broker -> broker.stopping() || broker.nodeId() == settings.nodeId());
    }

    /** The operator's wish is committed; the controller places replicas by what the node itself says (KIP-1066). */
    private boolean isDrained() {
        BrokerMetadata self = image.get().brokers().get(settings.nodeId());
        return self != null && self.drained();
    }

    private void finish() {
        phase = Phase.STOPPED;
        cancelTimer();
        stopped.tryComplete();
        started.tryFail(new IllegalStateException("The node was stopped before the cluster had let it in"));
    }

    private void register() {
        if (phase == Phase.STOPPED) {
            return;
        }
        phase = Phase.REGISTERING;
        controller
                .send(registration(), BrokerRegistrationResponseData.class, REGISTRATION_TIMEOUT_MS)
                .compose(answer -> vertx.executeBlocking(() -> {
                    epochKeeper.accept(answer.brokerEpoch());
                    return answer.brokerEpoch();
                }))
                .onComplete(result -> context.runOnContext(v -> {
                    if (result.succeeded()) {
                        registered(result.result());
                    } else {
                        refused(result.cause());
                    }
                }));
    }

    private void registered(long newEpoch) {
        if (phase != Phase.REGISTERING) {
            return;
        }
        epoch = newEpoch;
        phase = Phase.FENCED;
        heartbeat();
    }

    private void refused(Throwable cause) {
        if (cause instanceof DuplicateBrokerRegistrationException) {
            if (!duplicateTold) {
                duplicateTold = true;
                log.warn(
                        "Another process is registered as node {}. If that is a former life of this one it will be forgotten"
                                + " soon; if not, one of the two needs another node.id.",
                        settings.nodeId());
            }
        } else {
            log.warn("The cluster did not take this node in, asking again: {}", cause.getMessage());
        }
        vertx.setTimer(RETRY_MS, id -> context.runOnContext(v -> register()));
    }

    private void heartbeat() {
        if (heartbeatUnderWay || phase == Phase.STOPPED) {
            return;
        }
        cancelTimer();
        heartbeatUnderWay = true;
        toldDrained = isDrained();
        BrokerHeartbeatRequestData request = new BrokerHeartbeatRequestData()
                .setBrokerId(settings.nodeId())
                .setBrokerEpoch(epoch)
                .setCurrentMetadataOffset(image.get().version())
                .setCordonedLogDirs(toldDrained ? List.of(KafkaIds.toKafka(settings.directoryId())) : List.of())
                .setWantShutDown(phase == Phase.STOPPING);
        controller
                .send(request, BrokerHeartbeatResponseData.class, Math.max(1_000, settings.heartbeatIntervalMs() * 2))
                .onComplete(result -> context.runOnContext(v -> {
                    heartbeatUnderWay = false;
                    if (phase == Phase.STOPPED) {
                        return;
                    }
                    if (result.succeeded()) {
                        answered(result.result());
                    } else {
                        unanswered(result.cause());
                    }
                }));
    }

    private void answered(BrokerHeartbeatResponseData answer) {
        silentSinceNs = System.nanoTime();
        if (phase == Phase.STOPPING && (answer.shouldShutDown() || isAlone())) {
            finish();
            return;
        }
        if (phase == Phase.FENCED && !answer.isFenced()) {
            phase = Phase.RUNNING;
            started.tryComplete();
        } else if (phase == Phase.RUNNING && answer.isFenced()) {
            log.warn("The controller had taken this node for dead; it is being let in again");
            phase = Phase.FENCED;
        }
        boolean isCalm = phase == Phase.RUNNING && isDrained() == toldDrained;
        schedule(isCalm ? settings.heartbeatIntervalMs() : EAGER_INTERVAL_MS);
    }

    private void unanswered(Throwable cause) {
        if (cause instanceof StaleBrokerEpochException || cause instanceof BrokerIdNotRegisteredException) {
            log.warn("The controller knows another life of this node, or none: registering again");
            if (phase == Phase.STOPPING) {
                finish();
            } else {
                register();
            }
            return;
        }
        log.atDebug().log("A heartbeat was not answered: {}", cause.getMessage());
        if (phase == Phase.STOPPING && (isAlone() || System.nanoTime() - silentSinceNs > SILENCE_MAX_NS)) {
            log.info("Stopping without the controller: there is none, or nobody to take over");
            finish();
            return;
        }
        schedule(EAGER_INTERVAL_MS);
    }

    private void schedule(long delayMs) {
        cancelTimer();
        timer = vertx.setTimer(delayMs, id -> context.runOnContext(v -> heartbeat()));
    }

    private void cancelTimer() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    private BrokerRegistrationRequestData registration() {
        ListenerCollection listeners = new ListenerCollection();
        NodeEndpoints endpoints = settings.endpoints();
        add(listeners, Listeners.KAFKA, endpoints.kafka(), SecurityProtocol.PLAINTEXT);
        add(
                listeners,
                Listeners.HTTP,
                endpoints.http(),
                endpoints.httpTls() ? SecurityProtocol.SSL : SecurityProtocol.PLAINTEXT);
        add(listeners, Listeners.PEER, endpoints.peer(), SecurityProtocol.PLAINTEXT);
        BrokerRegistrationRequestData request = new BrokerRegistrationRequestData()
                .setBrokerId(settings.nodeId())
                .setClusterId(KafkaIds.toKafka(settings.clusterId()).toString())
                .setIncarnationId(incarnationId)
                .setListeners(listeners)
                .setRack(settings.rack())
                .setLogDirs(List.of(KafkaIds.toKafka(settings.directoryId())))
                .setPreviousBrokerEpoch(epoch >= 0 ? epoch : settings.previousEpoch());
        QuorumFeatures.defaultSupportedFeatureMap(false)
                .forEach((name, range) -> request.features()
                        .add(new BrokerRegistrationRequestData.Feature()
                                .setName(name)
                                .setMinSupportedVersion(range.min())
                                .setMaxSupportedVersion(range.max())));
        return request;
    }

    private static void add(
            Collection<Listener> listeners, String name, PeerAddress address, SecurityProtocol protocol) {
        if (address != null) {
            listeners.add(new Listener()
                    .setName(name)
                    .setHost(address.host())
                    .setPort(address.port())
                    .setSecurityProtocol(protocol.id));
        }
    }
}
