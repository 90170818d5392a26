package io.millrace.server.kafka;

import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.SyncGroupResponse;

/** The only member of a classic group, which says what it is told to, also nonsense. It needs a topic "traps". */
public final class RawGroupMember {

    private final String group;
    private final JoinGroupResponseData joined;

    /**
     * Joins.
     *
     * @param port of any node
     */
    public RawGroupMember(int port, String group) {
        this.group = group;
        try (RawKafkaClient client = new RawKafkaClient(coordinatorPort(port, group))) {
            joined = RawGroups.join(client, group, "", 3);
            SyncGroupRequestAssignment own = new SyncGroupRequestAssignment()
                    .setMemberId(joined.memberId())
                    .setAssignment(new byte[] {1});
            client.call(RawGroups.syncRequest(group, joined, List.of(own)), SyncGroupResponse.class);
        }
    }

    /** The port of the node that coordinates a group, as the node at another port says; -1 when it knows none. */
    public static int coordinatorPort(int port, String group) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData().setKey(group);
        try (RawKafkaClient client = new RawKafkaClient(port)) {
            return client.call(
                            new FindCoordinatorRequest.Builder(request).build((short) 3), FindCoordinatorResponse.class)
                    .data()
                    .port();
        }
    }

    public int generation() {
        return joined.generationId();
    }

    /**
     * What the coordinator says to a commit under a generation.
     *
     * @param port of any node
     */
    public Errors commit(int port, int generation) {
        try (RawKafkaClient client = new RawKafkaClient(coordinatorPort(port, group))) {
            return RawGroups.commit(client, group, joined.memberId(), generation);
        }
    }
}
