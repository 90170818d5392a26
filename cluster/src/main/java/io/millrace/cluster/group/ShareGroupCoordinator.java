package io.millrace.cluster.group;

import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;

/**
 * Share groups (KIP-932): who is in them, who fetches which partitions, and where they are. The part of {@link GroupCoordinator} that is
 * about them; what it says of threads and errors holds here, too.
 */
public interface ShareGroupCoordinator {

    /** A member joins, stays, leaves. */
    Future<ShareGroupHeartbeatResponseData> shareGroupHeartbeat(
            GroupClient client, ShareGroupHeartbeatRequestData request);

    Future<List<ShareGroupDescribeResponseData.DescribedGroup>> describeShareGroups(
            GroupClient client, List<String> groupIds);

    /** Where a group begins in the partitions of the request, or in all when it names none (null). */
    Future<DescribeShareGroupOffsetsResponseGroup> describeShareGroupOffsets(
            GroupClient client, DescribeShareGroupOffsetsRequestGroup request);

    /** Has a group without members begin elsewhere. */
    Future<AlterShareGroupOffsetsResponseData> alterShareGroupOffsets(
            GroupClient client, AlterShareGroupOffsetsRequestData request);

    /** Has a group without members forget topics. */
    Future<DeleteShareGroupOffsetsResponseData> deleteShareGroupOffsets(
            GroupClient client, DeleteShareGroupOffsetsRequestData request);
}
