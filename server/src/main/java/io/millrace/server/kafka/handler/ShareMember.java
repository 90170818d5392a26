package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import org.apache.kafka.common.Uuid;

/** Who asks: a member of a share group, as its requests to the leaders of partitions name it. */
record ShareMember(String groupId, String memberId) {

    /** Throws INVALID_REQUEST when it is nobody. */
    ShareMember {
        if (groupId == null || groupId.isEmpty()) {
            throw new MillraceException(ErrorCode.INVALID_REQUEST, "A share group has a name: the request has none.");
        }
        if (!isUuid(memberId)) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "The member id of a share group is a UUID in Kafka's form.");
        }
    }

    private static boolean isUuid(String text) {
        try {
            return text != null && Uuid.fromString(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
