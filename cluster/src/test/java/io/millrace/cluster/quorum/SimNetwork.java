package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerTransport;
import io.millrace.cluster.simulation.SimLinks;
import io.millrace.cluster.simulation.SimWorld;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiMessage;

/** Delays, loses, repeats and reorders messages; links can be cut in one direction. */
final class SimNetwork {

    private static final int DELAY_MAX_MS = 15;

    private final SimWorld world;
    private final Map<PeerAddress, List<PeerApi>> listeners = new HashMap<>();
    private final SimLinks links;

    SimNetwork(SimWorld world) {
        this.world = world;
        this.links = new SimLinks(world, DELAY_MAX_MS);
    }

    void listen(PeerAddress address, List<PeerApi> apis) {
        listeners.put(address, apis);
    }

    void refuse(PeerAddress address) {
        listeners.remove(address);
    }

    void lossProbability(double probability) {
        links.lossProbability(probability);
    }

    void cut(PeerAddress from, PeerAddress to) {
        links.cut(from.toString(), to.toString());
    }

    void heal() {
        links.heal();
    }

    PeerTransport of(PeerAddress from) {
        return (to, lane, version, request, timeoutMs) -> send(from, to, version, request, timeoutMs);
    }

    private Future<ApiMessage> send(
            PeerAddress from, PeerAddress to, short version, ApiMessage request, long timeoutMs) {
        Promise<ApiMessage> answer = Promise.promise();
        SerializedRequest sent = SerializedRequest.of(request, version);
        world.after(timeoutMs, link(from, to), () -> answer.tryFail(failure(PeerException.Kind.TIMEOUT)));
        int copies = world.random(link(from, to)).nextInt(50) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            transmit(from, to, () -> deliver(from, to, sent, answer));
        }
        return answer.future();
    }

    private void deliver(PeerAddress from, PeerAddress to, SerializedRequest sent, Promise<ApiMessage> answer) {
        List<PeerApi> apis = listeners.get(to);
        if (apis == null) {
            transmit(to, from, () -> answer.tryFail(failure(PeerException.Kind.REFUSED)));
            return;
        }
        sent.arrive(apis)
                .onSuccess(back -> transmit(to, from, () -> answer.tryComplete(sent.parseAnswer(back.duplicate()))));
    }

    private void transmit(PeerAddress from, PeerAddress to, Runnable arrival) {
        links.sendOnce(from.toString(), to.toString(), arrival);
    }

    private static PeerException failure(PeerException.Kind kind) {
        return new PeerException(kind, kind.toString(), null);
    }

    private static String link(PeerAddress from, PeerAddress to) {
        return from + ">" + to;
    }
}
