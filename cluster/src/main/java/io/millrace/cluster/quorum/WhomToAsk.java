package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.Node;

/**
 * Where a request goes that the Raft client sends to a bootstrap server, because it does not know who leads. Its own list is fixed when
 * it is made, and a node that does not vote asks nobody else; so each of them goes to the next of all nodes that are known by now.
 *
 * <p>Poll thread only.
 */
final class WhomToAsk {

    private final PeerAddress own;
    private final List<Supplier<? extends Collection<PeerAddress>>> sources;
    private int turn;

    /** @param sources who is known, each looked at every time */
    WhomToAsk(PeerAddress own, List<Supplier<? extends Collection<PeerAddress>>> sources) {
        this.own = own;
        this.sources = List.copyOf(sources);
    }

    /** The address behind a destination; for a bootstrap server the next one that is not this node, if one is known. */
    PeerAddress address(Node destination) {
        PeerAddress named = QuorumProtocol.address(destination);
        if (destination.id() >= 0) {
            return named;
        }
        Set<PeerAddress> known = new LinkedHashSet<>();
        known.add(named);
        sources.forEach(each -> known.addAll(each.get()));
        known.remove(own);
        List<PeerAddress> others = new ArrayList<>(known);
        return others.isEmpty() ? named : others.get(Math.floorMod(turn++, others.size()));
    }
}
