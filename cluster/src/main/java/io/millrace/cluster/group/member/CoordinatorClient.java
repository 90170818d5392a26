package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;

/**
 * What members ask of the coordinators of their groups, wherever these are. Each call is one attempt: it fails with {@link
 * io.millrace.cluster.error.MillraceException}, whose code is that of the coordinator, or one that may be retried when none was reached.
 * Repeating any of them does no harm. Thread-safe; futures complete on any thread.
 */
interface CoordinatorClient {

    Future<Heartbeat.Answer> heartbeat(Heartbeat heartbeat);

    /** Stores positions; the answer has a code for each partition. */
    Future<Map<TopicPartition, ErrorCode>> commit(
            MemberIdentity member, int epoch, Map<TopicPartition, Position> positions);

    /**
     * The committed offsets of partitions, {@link AssignedPartition#NOTHING_COMMITTED} for one without. Fails with UNSTABLE_OFFSET_COMMIT
     * while a transaction may still replace one of them.
     */
    Future<Map<TopicPartition, Long>> committedOffsets(
            MemberIdentity member, int epoch, Collection<TopicPartition> partitions);
}
