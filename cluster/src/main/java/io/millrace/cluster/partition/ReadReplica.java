package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.BrokerMetadata;
import java.util.Map;

/** Where a consumer had better read (KIP-392). */
final class ReadReplica {

    private ReadReplica() {}

    /**
     * The in-sync follower in a rack that is alive, has the offset, and is the furthest of those; {@link FetchedPartition#NONE_PREFERRED}
     * when there is none, or the leader is in that rack itself. With the partition's lock.
     */
    static int inRack(
            String rack,
            long offset,
            PartitionContext context,
            InSyncReplicas inSync,
            Map<Integer, FollowerProgress> followers) {
        BrokerMetadata self = context.broker(context.nodeId());
        if (self == null || rack.equals(self.rack())) {
            return FetchedPartition.NONE_PREFERRED;
        }
        int best = FetchedPartition.NONE_PREFERRED;
        long furthest = offset - 1;
        for (int replica : inSync.committed()) {
            FollowerProgress progress = followers.get(replica);
            if (progress != null && progress.durableOffset() > furthest && isAliveIn(rack, context.broker(replica))) {
                best = replica;
                furthest = progress.durableOffset();
            }
        }
        return best;
    }

    private static boolean isAliveIn(String rack, BrokerMetadata broker) {
        return broker != null && !broker.fenced() && !broker.stopping() && rack.equals(broker.rack());
    }
}
