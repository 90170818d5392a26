package io.millrace.server.kafka;

import io.millrace.cluster.tls.RefusalLog;
import io.millrace.server.kafka.FrameDecoder.BadFrameException;
import io.millrace.server.kafka.InFlightRequests.InFlight;
import io.millrace.server.kafka.RequestDispatcher.Reply;
import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.server.kafka.handler.ConnectionEnd;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.metrics.KafkaMetrics;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a Kafka client. Requests are pipelined: the next one is started before the one before is answered, and the
 * answers leave in the order of the requests. At the limits for requests in flight the socket is not read.
 *
 * <p>Runs wholly on the event loop that accepted the connection.
 */
final class KafkaConnection {

    private static final Logger log = LoggerFactory.getLogger(KafkaConnection.class);

    private static final long NO_TIMER = -1;

    private final NetSocketInternal socket;
    private final Context context;
    private final String name;
    private final RequestDispatcher dispatcher;
    private final KafkaMetrics metrics;
    private final FrameDecoder decoder;
    private final InFlightRequests inFlight;
    private final RequestMemory memory;
    private final ListenerAudience audience;

    /** Null when nobody here has a quota. */
    private final ClientQuotas quotas;

    private final RefusalLog refusals;
    private final InetAddress client;
    private final ResponseWriter writer;
    private final ConnectionEnd end = new ConnectionEnd();
    private SenderCheck senders;

    /** Bytes that came and are not taken yet: more than one buffer only while the socket is paused. */
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>();

    /** What this connection has told {@link #memory} that it holds. */
    private long memoryBytes;

    private boolean awaitingMemory;
    private boolean readingFrames;
    private boolean paused;
    private boolean answerScheduled;
    private boolean stopping;
    private boolean closed;
    private long firstRequestTimer = NO_TIMER;

    /** Runs while the client has used more than its quota and is not read. */
    private long throttleTimer = NO_TIMER;

    private long throttledUntilNanos;

    KafkaConnection(NetSocketInternal socket, Context context, ListenerServices services, KafkaListenerConfig config) {
        this.socket = socket;
        this.context = context;
        this.name = socket.remoteAddress().toString();
        this.client =
                ((InetSocketAddress) socket.channelHandlerContext().channel().remoteAddress()).getAddress();
        this.dispatcher = services.dispatcher();
        this.metrics = services.metrics();
        this.audience = services.audience();
        this.quotas = services.quotas();
        this.refusals = services.refusals();
        this.decoder = new FrameDecoder(config.maxFrameBytes(), audience);
        this.inFlight =
                new InFlightRequests(config.maxInFlightRequestsPerConnection(), config.maxInFlightBytesPerConnection());
        this.memory = services.memory();
        boolean encrypted = services.tls() != null;
        this.writer = new ResponseWriter(socket.channelHandlerContext(), encrypted);
        this.senders = encrypted ? SenderCheck.BEFORE_HANDSHAKE : SenderCheck.ANYBODY;
    }

    /** Begins to read: with TLS the handshake first, for which the time to the first request is the limit, too. */
    void open(long firstRequestTimeoutMs) {
        socket.messageHandler(this::onBytes);
        socket.shutdownHandler(timeout -> stop());
        socket.exceptionHandler(failure -> log.debug("Kafka connection failed: {}. connection={}", failure, name));
        firstRequestTimer = context.owner().setTimer(firstRequestTimeoutMs, timer -> {
            firstRequestTimer = NO_TIMER;
            disconnect("no request came within " + firstRequestTimeoutMs + " ms (kafka.firstRequestTimeoutMs)");
        });
    }

    /** The TLS handshake is done. To be called before anything of what came encrypted arrives here. */
    void secured(SenderCheck proven) {
        senders = proven;
    }

    /** Closes the connection because its other side is not, or does not speak, what it must. */
    void refuse(String reason) {
        if (!closed) {
            refusals.warn(
                    socket.remoteAddress().host(),
                    reason,
                    audience.who() + ": connection closed: " + reason + ". connection=" + name);
            close();
        }
    }

    private void onBytes(Object bytes) {
        unread.add((ByteBuf) bytes);
        readFrames();
    }

    /** Takes requests from the bytes that are here, up to the limits. */
    private void readFrames() {
        if (readingFrames) {
            return;
        }
        readingFrames = true;
        try {
            while (!closed
                    && !stopping
                    && !isThrottled()
                    && !inFlight.atLimit()
                    && !unread.isEmpty()
                    && !memory.isExhausted()) {
                ByteBuffer frame = decoder.next(unread.peek());
                if (frame == null) {
                    unread.poll().release();
                } else {
                    take(frame);
                }
                countMemory();
            }
        } catch (BadFrameException bad) {
            if (bad.isForeign()) {
                refuse(bad.getMessage());
            } else {
                disconnect(bad.getMessage());
            }
        } finally {
            readingFrames = false;
        }
        if (closed) {
            releaseUnread();
        }
        pauseOrResume();
    }

    private void countMemory() {
        long now = inFlight.bytes() + (closed ? 0 : decoder.heldBytes());
        long change = now - memoryBytes;
        memoryBytes = now;
        if (change != 0) {
            memory.change(change);
        }
    }

    private void awaitMemory() {
        if (!awaitingMemory) {
            awaitingMemory = true;
            memory.whenRoom(() -> context.runOnContext(room -> {
                awaitingMemory = false;
                readFrames();
            }));
        }
    }

    private void pauseOrResume() {
        // Bytes that were left although no limit of this connection is reached were left for want of memory. There may
        // be
        // some again by now: the callback comes at once then.
        if (!closed
                && !stopping
                && !isThrottled()
                && !inFlight.atLimit()
                && (!unread.isEmpty() || memory.isExhausted())) {
            awaitMemory();
        }
        boolean wanted = !closed && (stopping || isThrottled() || inFlight.atLimit() || awaitingMemory);
        if (wanted != paused) {
            paused = wanted;
            if (wanted) {
                socket.pause();
            } else {
                socket.resume();
            }
        }
    }

    private void take(ByteBuffer frame) {
        if (firstRequestTimer != NO_TIMER) {
            context.owner().cancelTimer(firstRequestTimer);
            firstRequestTimer = NO_TIMER;
        }
        InFlight request = inFlight.begin(frame.remaining());
        dispatcher.dispatch(frame, name, client, senders, end).onSuccess(reply -> {
            if (quotas != null) {
                throttle(QuotaUse.charge(quotas, reply, request.bytes()));
            }
            inFlight.complete(request, reply);
            scheduleAnswers();
        });
    }

    private boolean isThrottled() {
        return throttleTimer != NO_TIMER;
    }

    /** Reads nothing for a while: the client used more than its quota. What it sent before is answered. */
    private void throttle(int throttleMs) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(throttleMs);
        if (throttleMs == 0 || closed || isThrottled() && until - throttledUntilNanos <= 0) {
            return;
        }
        cancelThrottle();
        throttledUntilNanos = until;
        throttleTimer = context.owner().setTimer(throttleMs, timer -> {
            throttleTimer = NO_TIMER;
            readFrames();
        });
        pauseOrResume();
    }

    private void cancelThrottle() {
        if (isThrottled()) {
            context.owner().cancelTimer(throttleTimer);
            throttleTimer = NO_TIMER;
        }
    }

    /**
     * Answers that become ready in the same turn of the event loop, as those that one fsync releases, leave together. A single
     * request is not made to wait for that.
     */
    private void scheduleAnswers() {
        if (inFlight.count() == 1) {
            answer();
        } else if (!answerScheduled) {
            answerScheduled = true;
            context.runOnContext(turn -> {
                answerScheduled = false;
                answer();
            });
        }
    }

    private void answer() {
        InFlight request;
        while ((request = inFlight.pollReady()) != null) {
            answer(request, request.reply());
        }
        writer.flush();
        afterAnswers();
    }

    private void answer(InFlight request, Reply reply) {
        if (closed) {
            done(request, reply);
        } else if (reply.response() instanceof ApiResponse.Answer answer) {
            encode(request, reply, answer);
        } else if (reply.response() instanceof ApiResponse.Disconnect disconnect) {
            done(request, reply);
            if (audience == ListenerAudience.PEERS) {
                // Nodes try again at once, and for ever.
                refuse(disconnect.reason());
            } else {
                disconnect(disconnect.reason());
            }
        } else {
            done(request, reply);
        }
    }

    private void encode(InFlight request, Reply reply, ApiResponse.Answer answer) {
        List<Object> parts;
        try {
            parts = ResponseEncoder.encode(reply.header(), reply.version(), answer);
        } catch (RuntimeException bug) {
            log.error(
                    "An answer cannot be written at version {}. apiKey={} correlationId={} connection={}",
                    reply.version(),
                    reply.header().apiKey(),
                    reply.header().correlationId(),
                    name,
                    bug);
            done(request, reply);
            disconnect("its answer could not be written (a bug in this server)");
            return;
        }
        metrics.requestAnswered(reply.header().apiKey().name, System.nanoTime() - request.beganNanos());
        metrics.transferred(request.bytes(), ResponseEncoder.sizeBytes(parts));
        writer.write(parts, () -> {
            done(request, reply);
            afterAnswers();
        });
    }

    private void done(InFlight request, Reply reply) {
        inFlight.end(request);
        countMemory();
        reply.response().close();
    }

    /** There may be room for further requests now, or nothing left to wait for. */
    private void afterAnswers() {
        if (closed) {
            return;
        }
        if (stopping && inFlight.isEmpty()) {
            close();
        } else {
            readFrames();
        }
    }

    /** Takes no further requests, and closes once those in flight are answered. */
    private void stop() {
        stopping = true;
        pauseOrResume();
        afterAnswers();
    }

    private void disconnect(String reason) {
        if (!closed) {
            log.warn("Kafka connection closed: {}. connection={}", reason, name);
            close();
        }
    }

    private void close() {
        closed = true;
        // With a shutdown handler, Vert.x would call that and leave the closing to it.
        socket.shutdownHandler(null);
        socket.close();
    }

    /** The socket is closed, whoever did it. */
    void onClosed() {
        closed = true;
        if (firstRequestTimer != NO_TIMER) {
            context.owner().cancelTimer(firstRequestTimer);
        }
        cancelThrottle();
        releaseUnread();
        countMemory();
        end.reached();
        writer.close();
        answer();
        // Lets Vert.x hand over, to be released, what came while the socket was paused.
        pauseOrResume();
    }

    private void releaseUnread() {
        ByteBuf bytes;
        while ((bytes = unread.poll()) != null) {
            bytes.release();
        }
    }
}
