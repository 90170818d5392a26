package io.millrace.cluster.replication;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.nio.ByteBuffer;

/**
 * A partition that this node follows under one leader epoch, as the fetchers see it. Any thread; never blocks.
 */
public interface FollowedReplica {

    TopicPartition topicPartition();

    /** Whether it is in sync, or close behind: then it shares a lane with the others that are. */
    boolean isCaughtUp();

    /**
     * What to ask for next; null when it cannot be said at the moment: the end of the log is not durable yet. Not called while an answer
     * is being worked on.
     */
    ReplicaFetchRequest.Entry ask(int maxBytes);

    /**
     * Takes an answer. The future completes when it may be asked for more: what came is durable, or the log was cut. It fails when the
     * same should be asked again later.
     */
    Future<Void> take(ReplicaFetchRequest.Entry asked, ReplicaFetchResponse.Entry<ByteBuffer> answer);
}
