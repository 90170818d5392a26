package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchService;
import io.millrace.cluster.session.FetchSessions;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;

/** The followers of this node's reigns: answers their fetches, each in the session of its lane. Thread-safe. */
final class ReplicaSessions implements ReplicaFetchService {

    /** A follower has one for each of its lanes; there is room for some whose opening it was not told of. */
    private static final int SESSIONS_OF_A_FOLLOWER_MAX = 8;

    private static final int SESSIONS_MAX = 1_000;

    private final PartitionRegistry registry;
    private final PartitionContext context;
    private final RequestThreads threads;
    private final LogReaders readers;
    private final FetchSessions<ReplicaSession> sessions =
            new FetchSessions<>(SESSIONS_OF_A_FOLLOWER_MAX, SESSIONS_MAX);

    ReplicaSessions(PartitionRegistry registry, PartitionContext context, RequestThreads threads, LogReaders readers) {
        this.registry = registry;
        this.context = context;
        this.threads = threads;
        this.readers = readers;
    }

    @Override
    public Future<ReplicaFetchResponse<ReadResult>> fetch(ReplicaFetchRequest request) {
        ReplicaSession session;
        try {
            session = session(request);
        } catch (MillraceException e) {
            return Future.succeededFuture(ReplicaFetchResponse.refused(e.code()));
        }
        SessionFetch fetch = new SessionFetch(
                registry, session, request, context.replication().stats());
        session.begin(request, fetch, context.nowMs());
        return new DelayedFetch<>(threads, readers, request.maxWaitMs(), fetch)
                .start()
                .map(round -> {
                    ReplicaFetchResponse<ReadResult> answer = fetch.answer(round);
                    if (round.failure() != ErrorCode.NONE || !isKept(request)) {
                        sessions.end(session);
                    }
                    return answer;
                });
    }

    private static boolean isKept(ReplicaFetchRequest request) {
        return request.session().isOpening() || !request.session().isFull();
    }

    private ReplicaSession session(ReplicaFetchRequest request) {
        if (request.session().isFull()) {
            ReplicaSession opened = new ReplicaSession(request.replicaId(), request.brokerEpoch());
            if (request.session().isOpening()) {
                sessions.open(opened, request.session().id());
            }
            return opened;
        }
        ReplicaSession session = sessions.resume(request.session(), request.replicaId());
        if (session.brokerEpoch() != request.brokerEpoch()) {
            sessions.end(session);
            throw new MillraceException(
                    ErrorCode.FETCH_SESSION_ID_NOT_FOUND, "The fetch session is of another life of the node");
        }
        return session;
    }

    /** Ends all sessions. */
    void close() {
        sessions.close();
    }
}
