package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiMessage;

/** Connects the quorums of one process: each message is written to bytes and parsed again, as between processes. */
final class MemoryTransport implements AutoCloseable {

    private final ScheduledExecutorService network = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "test-network");
        thread.setDaemon(true);
        return thread;
    });

    private final Map<PeerAddress, List<PeerApi>> listeners = new ConcurrentHashMap<>();
    private final Set<PeerAddress> cutOff = ConcurrentHashMap.newKeySet();

    void listen(PeerAddress address, List<PeerApi> apis) {
        listeners.put(address, apis);
    }

    void refuse(PeerAddress address) {
        listeners.remove(address);
    }

    /** Nothing goes to or comes from a node any more, and nobody is told. */
    void cutOff(PeerAddress address) {
        cutOff.add(address);
    }

    void connect(PeerAddress address) {
        cutOff.remove(address);
    }

    PeerTransport of(PeerAddress from) {
        return (to, lane, version, request, timeoutMs) -> send(from, to, lane, version, request, timeoutMs);
    }

    private Future<ApiMessage> send(
            PeerAddress from, PeerAddress to, PeerLane lane, short version, ApiMessage request, long timeoutMs) {
        Promise<ApiMessage> answer = Promise.promise();
        SerializedRequest sent = SerializedRequest.of(request, version);
        network.schedule(
                () -> answer.tryFail(new PeerException(PeerException.Kind.TIMEOUT, "no answer", null)),
                timeoutMs,
                TimeUnit.MILLISECONDS);
        network.execute(() -> deliver(from, to, sent, answer));
        return answer.future();
    }

    private void deliver(PeerAddress from, PeerAddress to, SerializedRequest sent, Promise<ApiMessage> answer) {
        List<PeerApi> apis = listeners.get(to);
        if (apis == null) {
            answer.tryFail(new PeerException(PeerException.Kind.REFUSED, to + " refused", null));
            return;
        }
        if (isCut(from, to)) {
            return;
        }
        sent.arrive(apis)
                .onComplete(done -> network.execute(() -> {
                    if (isCut(from, to)) {
                        return;
                    }
                    if (done.failed()) {
                        answer.tryFail(new PeerException(PeerException.Kind.PROTOCOL, "failed there", done.cause()));
                    } else {
                        answer.tryComplete(sent.parseAnswer(done.result()));
                    }
                }));
    }

    private boolean isCut(PeerAddress from, PeerAddress to) {
        return cutOff.contains(from) || cutOff.contains(to);
    }

    @Override
    public void close() {
        network.shutdownNow();
    }
}
