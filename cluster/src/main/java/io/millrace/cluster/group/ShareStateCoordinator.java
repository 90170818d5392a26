package io.millrace.cluster.group;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.vertx.core.Future;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;

/**
 * Keeps how far share groups are in each partition (KIP-932). The state of a share-partition, a group and a partition of a topic, is kept
 * by the node that leads its part of {@code __share_group_state}; what is answered is acknowledged by the replicas of that.
 *
 * <p>Thread-safe, never blocks. Futures complete on the Vert.x context of the caller when it has one. Each share-partition of a request has
 * its error code; futures fail with NOT_COORDINATOR when this node keeps no states.
 */
public interface ShareStateCoordinator {

    /**
     * The node that keeps the state of a share-partition. The first call creates the internal topic. Fails with
     * COORDINATOR_NOT_AVAILABLE while there is none, INVALID_REQUEST when the key is not {@code group:topicId:partition}.
     */
    Future<BrokerMetadata> coordinatorOf(String key);

    Future<InitializeShareGroupStateResponseData> initialize(InitializeShareGroupStateRequestData request);

    Future<ReadShareGroupStateResponseData> read(ReadShareGroupStateRequestData request);

    Future<ReadShareGroupStateSummaryResponseData> readSummary(ReadShareGroupStateSummaryRequestData request);

    Future<WriteShareGroupStateResponseData> write(WriteShareGroupStateRequestData request);

    Future<DeleteShareGroupStateResponseData> delete(DeleteShareGroupStateRequestData request);

    /** Has the coordinator's threads measured from now on. */
    void measure(GroupTimes times);

    ShareStateCounts counts();
}
