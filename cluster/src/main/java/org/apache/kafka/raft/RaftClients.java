package org.apache.kafka.raft;

import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.internals.KRaftControlRecordStateMachine;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.serialization.RecordSerde;

/** Makes Raft clients with everything injected, and looks into them. */
public final class RaftClients {

    private RaftClients() {}

    /** Who a client is. */
    public record Identity(
            int nodeId,
            Uuid directoryId,
            boolean canBecomeVoter,
            String clusterId,
            Collection<InetSocketAddress> bootstrap,
            Endpoints listeners) {}

    /** What a client stands on. */
    public record Parts(
            NetworkChannel channel,
            RaftMessageQueue queue,
            RaftLog log,
            MemoryPool buffers,
            Time time,
            ExpirationService expiration,
            Random random) {}

    /** @param fetchMaxWaitMs how long a leader holds back the answer to a fetch when there is nothing new */
    public static <T> KafkaRaftClient<T> create(
            Identity identity, Parts parts, RecordSerde<T> serde, int fetchMaxWaitMs, QuorumConfig config) {
        return new KafkaRaftClient<>(
                OptionalInt.of(identity.nodeId()),
                identity.directoryId(),
                serde,
                parts.channel(),
                parts.queue(),
                parts.log(),
                parts.buffers(),
                parts.time(),
                parts.expiration(),
                fetchMaxWaitMs,
                identity.canBecomeVoter(),
                identity.clusterId(),
                identity.bootstrap(),
                identity.listeners(),
                Feature.KRAFT_VERSION.supportedVersionRange(),
                new LogContext("[quorum node=" + identity.nodeId() + "] "),
                parts.random(),
                config);
    }

    /** Where the leader is by its own word, which is newer than the voters' record; empty while nobody leads. */
    public static Endpoints leaderEndpoints(KafkaRaftClient<?> client) {
        QuorumState state = client.quorum();
        return state == null ? Endpoints.empty() : state.leaderEndpoints();
    }

    /** The voters by the newest record in the log, committed or not. Any thread, once the client is initialized. */
    public static VoterSet voters(KafkaRaftClient<?> client) {
        try {
            Field state = KafkaRaftClient.class.getDeclaredField("partitionState");
            state.setAccessible(true);
            return ((KRaftControlRecordStateMachine) state.get(client)).lastVoterSet();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this version of the Raft client keeps its voters elsewhere", e);
        }
    }
}
