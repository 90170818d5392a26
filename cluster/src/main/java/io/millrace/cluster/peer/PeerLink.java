package io.millrace.cluster.peer;

import io.millrace.cluster.peer.PeerException.Kind;
import io.millrace.cluster.tls.TlsFailures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane to one node: at most one connection at a time, made when there is something to send. After a connection failed or broke, the
 * next one is not tried before a short pause, in which requests wait; a request is never sent twice.
 *
 * <p>Everything runs on one event loop; {@link #send} may be called on any thread.
 */
final class PeerLink {

    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);

    private enum State {
        IDLE,
        PAUSING,
        CONNECTING,
        OPEN,
        CLOSED
    }

    private final PeerAddress address;
    private final PeerLane lane;
    private final ContextInternal context;
    private final PeerConnector connector;
    private final PeerTransportConfig config;

    /** Requests that wait for a connection. */
    private final ArrayDeque<PendingRequest> unsent = new ArrayDeque<>();

    /** Requests that were sent on the present connection; answers come in this order. */
    private final ArrayDeque<PendingRequest> sent = new ArrayDeque<>();

    private State state = State.IDLE;
    private long pendingBytes;
    private NetSocketInternal socket;
    private AnswerFrames frames;
    private Throwable socketFailure;
    private long lastUsedNanos;
    private long pauseMs;
    private long nextConnectNanos = System.nanoTime();

    PeerLink(
            PeerAddress address,
            PeerLane lane,
            ContextInternal context,
            PeerConnector connector,
            PeerTransportConfig config) {
        this.address = address;
        this.lane = lane;
        this.context = context;
        this.connector = connector;
        this.config = config;
    }

    /** The context on which answers are read. */
    ContextInternal context() {
        return context;
    }

    void send(PendingRequest request) {
        context.runOnContext(turn -> take(request));
    }

    /** Fails what is not answered and sends nothing more. */
    void close() {
        context.runOnContext(turn -> {
            state = State.CLOSED;
            closeSocket();
            failAll(unsent, Kind.CLOSED, "this node is stopping", null, false);
            failAll(sent, Kind.CLOSED, "this node is stopping", null, true);
        });
    }

    private void take(PendingRequest request) {
        if (state == State.CLOSED) {
            request.fail(failure(Kind.CLOSED, "this node is stopping", null, false));
        } else if (unsent.size() + sent.size() >= config.maxPendingRequests()
                || pendingBytes >= config.maxPendingBytes()) {
            request.fail(failure(
                    Kind.BUSY,
                    unsent.size() + sent.size() + " requests wait for an answer; it was not sent",
                    null,
                    false));
        } else {
            pendingBytes += request.sizeBytes();
            request.timer(context.setTimer(request.timeoutMs(), timer -> timeOut(request)));
            unsent.add(request);
            if (state == State.OPEN) {
                sendUnsent();
            } else if (state == State.IDLE) {
                connectAfterPause();
            }
        }
    }

    private void connectAfterPause() {
        long waitNanos = nextConnectNanos - System.nanoTime();
        if (waitNanos <= 0) {
            connect();
            return;
        }
        state = State.PAUSING;
        context.setTimer(TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1, timer -> {
            if (state == State.PAUSING) {
                state = State.IDLE;
                connectIfNeeded();
            }
        });
    }

    private void connectIfNeeded() {
        if (state == State.IDLE && !unsent.isEmpty()) {
            connectAfterPause();
        }
    }

    private void connect() {
        state = State.CONNECTING;
        // Called on the context of this link, so Vert.x puts the socket on its event loop.
        connector.connect(address).onComplete(this::connected, this::connectFailed);
    }

    private void connected(NetSocketInternal connection) {
        if (state == State.CLOSED) {
            connection.close();
            return;
        }
        state = State.OPEN;
        socket = connection;
        socketFailure = null;
        frames = new AnswerFrames(config.maxFrameBytes());
        lastUsedNanos = System.nanoTime();
        NetSocketInternal mine = socket;
        socket.messageHandler(bytes -> receive(mine, (ByteBuf) bytes));
        socket.exceptionHandler(failure -> socketFailure = failure);
        socket.closeHandler(closed -> broken(mine));
        closeWhenIdle(mine, config.idleTimeoutMs());
        log.debug("Connected. peer={} lane={}", address, lane.name());
        sendUnsent();
    }

    private void connectFailed(Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.IDLE;
        pause();
        Kind kind = ConnectFailures.kindOf(failure);
        failAll(unsent, kind, "no connection (" + failure.getMessage() + ")", failure, false);
    }

    private void sendUnsent() {
        PendingRequest request;
        boolean any = false;
        while ((request = unsent.poll()) != null) {
            sent.add(request);
            socket.channelHandlerContext().write(Unpooled.wrappedBuffer(request.takeFrame()));
            any = true;
        }
        if (any) {
            socket.channelHandlerContext().flush();
        }
    }

    private void receive(NetSocketInternal from, ByteBuf bytes) {
        try {
            while (from == socket && bytes.isReadable()) {
                ByteBuffer frame = frames.next(bytes);
                if (frame != null) {
                    answer(frame);
                }
            }
        } catch (RuntimeException wrong) {
            // Kafka's classes run over the end of what is too short, without a word.
            String why = wrong.getMessage() == null ? "it ends too early" : wrong.getMessage();
            giveUp(Kind.PROTOCOL, "an answer cannot be read: " + why, wrong);
        } finally {
            bytes.release();
        }
    }

    private void answer(ByteBuffer frame) {
        PendingRequest request = sent.peek();
        if (request == null) {
            throw new IllegalStateException("nothing was asked");
        }
        ApiMessage body = request.read(frame);
        sent.remove();
        ended(request);
        pauseMs = 0;
        lastUsedNanos = System.nanoTime();
        request.succeed(body);
    }

    private void timeOut(PendingRequest request) {
        String what = "no answer within " + request.timeoutMs() + " ms";
        if (unsent.remove(request)) {
            ended(request);
            request.fail(failure(Kind.TIMEOUT, what + ", nothing was sent", null, false));
        } else if (sent.contains(request)) {
            // Answers come in order, so those behind it would have to wait as well.
            giveUp(Kind.TIMEOUT, what + " to " + request, null);
        }
    }

    /** The connection is closed, and not by this side. */
    private void broken(NetSocketInternal closed) {
        if (closed == socket) {
            if (socketFailure != null && TlsFailures.isTls(socketFailure)) {
                connector.failed(address, socketFailure);
                giveUp(Kind.PROTOCOL, "the connection broke (" + socketFailure.getMessage() + ")", socketFailure);
            } else {
                giveUp(Kind.RESET, "the connection broke", socketFailure);
            }
        }
    }

    private void giveUp(Kind kind, String what, Throwable cause) {
        closeSocket();
        state = State.IDLE;
        if (!sent.isEmpty()) {
            log.debug("Connection given up: {}. peer={} lane={}", what, address, lane.name());
            pause();
        }
        failAll(sent, kind, what, cause, true);
        connectIfNeeded();
    }

    private void closeWhenIdle(NetSocketInternal mine, long delayMs) {
        context.setTimer(delayMs, timer -> {
            if (mine != socket) {
                return;
            }
            long idleMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastUsedNanos);
            if (sent.isEmpty() && idleMs >= config.idleTimeoutMs()) {
                closeSocket();
                state = State.IDLE;
            } else {
                closeWhenIdle(mine, sent.isEmpty() ? config.idleTimeoutMs() - idleMs : config.idleTimeoutMs());
            }
        });
    }

    private void closeSocket() {
        NetSocketInternal closing = socket;
        socket = null;
        frames = null;
        if (closing != null) {
            closing.close();
        }
    }

    private void pause() {
        pauseMs = Math.min(config.backOffMaxMs(), Math.max(config.backOffMinMs(), 2 * pauseMs));
        nextConnectNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
    }

    private void ended(PendingRequest request) {
        pendingBytes -= request.sizeBytes();
        context.owner().cancelTimer(request.timer());
    }

    private void failAll(
            ArrayDeque<PendingRequest> requests, Kind kind, String what, Throwable cause, boolean wereSent) {
        PendingRequest request;
        while ((request = requests.poll()) != null) {
            ended(request);
            request.fail(failure(kind, what, cause, wereSent));
        }
    }

    private PeerException failure(Kind kind, String what, Throwable cause, boolean wasSent) {
        return new PeerException(kind, "Node at " + address + ", lane " + lane.name() + ": " + what, cause, wasSent);
    }
}
