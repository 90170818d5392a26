package io.millrace.cluster.hazelcast;

import com.hazelcast.cluster.Member;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.peer.PeerAddress;
import java.util.Map;
import java.util.Optional;

/** What a member tells about itself, as Hazelcast's member attributes. They never change while it runs. */
final class MemberAttributes {

    private static final String NODE_ID = "node.id";
    private static final String CLUSTER_ID = "cluster.id";
    private static final String PEER_HOST = "peer.host";
    private static final String PEER_PORT = "peer.port";
    private static final String KAFKA = "kafka";
    private static final String HTTP = "http";
    private static final String RACK = "rack";

    private MemberAttributes() {}

    static Map<String, String> of(ClusterMember self) {
        return Map.of(
                NODE_ID, Integer.toString(self.nodeId()),
                CLUSTER_ID, self.clusterId(),
                PEER_HOST, self.peer().host(),
                PEER_PORT, Integer.toString(self.peer().port()),
                KAFKA, self.kafka(),
                HTTP, self.http(),
                RACK, self.rack());
    }

    /** Empty for a member that is none of ours. */
    static Optional<ClusterMember> read(Member member) {
        try {
            return Optional.of(new ClusterMember(
                    Integer.parseInt(member.getAttribute(NODE_ID)),
                    member.getUuid().toString(),
                    text(member, CLUSTER_ID),
                    new PeerAddress(member.getAttribute(PEER_HOST), Integer.parseInt(member.getAttribute(PEER_PORT))),
                    text(member, KAFKA),
                    text(member, HTTP),
                    text(member, RACK)));
        } catch (NumberFormatException | NullPointerException foreign) {
            return Optional.empty();
        }
    }

    private static String text(Member member, String attribute) {
        String value = member.getAttribute(attribute);
        return value == null ? "" : value;
    }
}
