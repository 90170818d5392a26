package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.raft.Endpoints;

/** What all nodes have agreed upon: the versions of the messages they send, the name of their listener, how ids are written. */
final class QuorumProtocol {

    /** Of the listener between nodes, in everything that names one. */
    static final ListenerName LISTENER = ListenerName.normalised("PEER");

    /**
     * The version in which a request is sent. A newer one may only be sent once all nodes understand it, so it does not follow the library.
     */
    private static final Map<ApiKeys, Short> VERSIONS = Map.of(
            ApiKeys.VOTE, (short) 2,
            ApiKeys.BEGIN_QUORUM_EPOCH, (short) 1,
            ApiKeys.END_QUORUM_EPOCH, (short) 1,
            ApiKeys.FETCH, (short) 18,
            ApiKeys.FETCH_SNAPSHOT, (short) 1,
            ApiKeys.ADD_RAFT_VOTER, (short) 1,
            ApiKeys.REMOVE_RAFT_VOTER, (short) 0,
            ApiKeys.UPDATE_RAFT_VOTER, (short) 0,
            ApiKeys.DESCRIBE_QUORUM, (short) 2,
            ApiKeys.API_VERSIONS, (short) 4);

    private QuorumProtocol() {}

    static short version(ApiKeys api) {
        Short version = VERSIONS.get(api);
        if (version == null) {
            throw new IllegalArgumentException("the quorum does not send " + api);
        }
        return version;
    }

    /** Not looked up here: the transport does so when it connects, each time anew. */
    static InetSocketAddress unresolved(PeerAddress address) {
        return InetSocketAddress.createUnresolved(address.host(), address.port());
    }

    static Endpoints endpoints(PeerAddress address) {
        return Endpoints.fromInetSocketAddresses(Map.of(LISTENER, unresolved(address)));
    }

    static PeerAddress address(Node node) {
        return new PeerAddress(node.host(), node.port());
    }
}
