package io.millrace.cluster.coordinator;

import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.peer.PeerTransport;
import io.millrace.cluster.share.ShareGroupsConfig;
import io.vertx.core.Vertx;
import org.apache.kafka.server.share.persister.Persister;

/** What share groups stand on beside the coordinator of groups: who keeps their states, and where partitions end. Immutable. */
public final class ShareSupport {

    private final ShareGroupsConfig config;
    private final ShareStateRows rows;
    private final PartitionService anywhere;

    /**
     * @param own keeps states at this node
     * @param transport to those that keep the others
     * @param anywhere knows the ends of all partitions
     */
    public ShareSupport(
            Vertx vertx,
            int nodeId,
            ShareGroupsConfig config,
            KafkaShareCoordinator own,
            PeerTransport transport,
            PartitionService anywhere) {
        this.config = config;
        this.rows = new ShareStateRows(new ShareStatePeers(vertx, nodeId, own, transport));
        this.anywhere = anywhere;
    }

    ShareGroupsConfig config() {
        return config;
    }

    Persister persister() {
        return new SharePersister(rows);
    }

    ShareStateRows rows() {
        return rows;
    }

    PartitionService anywhere() {
        return anywhere;
    }
}
