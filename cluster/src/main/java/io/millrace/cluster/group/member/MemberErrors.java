package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;

/** What members tell their clients, in words. */
final class MemberErrors {

    private MemberErrors() {}

    static MillraceException notMember() {
        return new MillraceException(
                ErrorCode.UNKNOWN_MEMBER_ID, "The connection is not a member of the group any more: join again");
    }

    static MillraceException replaced(String instanceId) {
        return new MillraceException(
                ErrorCode.FENCED_INSTANCE_ID,
                "Another connection is a member with the instance id '" + instanceId
                        + "' now, of which there is one at a time");
    }

    static MillraceException foreign(TopicPartition partition) {
        return new MillraceException(
                ErrorCode.ILLEGAL_GENERATION,
                "Partition " + partition.partition() + " of topic '" + partition.topic() + "' is not, or not any more,"
                        + " assigned to this member, so its position is not its to commit. Nothing was committed");
    }
}
