package io.millrace.server.kafka.handler;

import io.millrace.cluster.session.FetchSessions;
import io.millrace.cluster.session.SessionStep;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * The fetch sessions of clients (KIP-227): a consumer names its partitions once, and is answered about those where there is something
 * new. Who gets none, because there is no room, names all of them each time. Thread-safe.
 */
final class ClientFetchSessions {

    /** For how long nobody else gets the place of a session; as in Kafka. */
    static final long KEPT_MS = 120_000;

    /** How many partitions all sessions together remember; about 100 bytes each. */
    static final long PARTITIONS_MAX = 1_000_000;

    /** Whoever knows the id of a session may go on with it: a client comes back over another connection. */
    private static final Object ANYBODY = "clients";

    private final FetchSessions<ClientFetchSession> sessions;
    private final AtomicLong partitions = new AtomicLong();

    /**
     * @param max how many sessions are kept
     * @param nowMs a clock that only goes forward
     */
    ClientFetchSessions(int max, LongSupplier nowMs) {
        this.sessions = new FetchSessions<>(Integer.MAX_VALUE, max, KEPT_MS, nowMs);
    }

    /** One request of a session, or of none. */
    interface Turn {

        /** What is to be read. */
        List<FetchTopic> topics();

        /** The answer that the client gets. */
        FetchResponseData answer(List<FetchableTopicResponse> rows);
    }

    /**
     * Takes a request for what it is in its session.
     *
     * @param byId whether requests of its version name topics by id
     * @throws RuntimeException FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH or FETCH_SESSION_TOPIC_ID_ERROR: the client is to
     *     name everything again
     */
    Turn begin(FetchRequestData request, boolean byId) {
        SessionStep step = new SessionStep(request.sessionId(), request.sessionEpoch());
        if (!step.isFull()) {
            return next(request, step, byId);
        }
        if (!step.isOpening() || request.topics().isEmpty()) {
            sessions.end(step.id(), ANYBODY);
            return new Whole(request.topics(), null);
        }
        ClientFetchSession session = new ClientFetchSession(ANYBODY, byId, partitions);
        session.update(request.topics(), List.of());
        if (partitions.get() > PARTITIONS_MAX || !sessions.open(session, step.id())) {
            session.end();
            sessions.end(step.id(), ANYBODY);
            return new Whole(request.topics(), null);
        }
        return new Whole(request.topics(), session);
    }

    private Turn next(FetchRequestData request, SessionStep step, boolean byId) {
        ClientFetchSession session = sessions.resume(step, ANYBODY);
        if (session.isById() != byId) {
            throw Errors.FETCH_SESSION_TOPIC_ID_ERROR.exception();
        }
        session.update(request.topics(), request.forgottenTopicsData());
        if (partitions.get() > PARTITIONS_MAX) {
            sessions.end(session);
            throw Errors.FETCH_SESSION_ID_NOT_FOUND.exception();
        }
        if (session.isEmpty()) {
            sessions.end(session);
            return new Whole(List.of(), null);
        }
        return new Incremental(session.wanted(), session);
    }

    int size() {
        return sessions.size();
    }

    /** A request that names everything; {@code session} is null when it has none. */
    private record Whole(List<FetchTopic> topics, ClientFetchSession session) implements Turn {

        @Override
        public FetchResponseData answer(List<FetchableTopicResponse> rows) {
            FetchResponseData answer = new FetchResponseData().setResponses(rows);
            if (session != null) {
                session.tell(rows);
                answer.setSessionId(session.id());
            }
            return answer;
        }
    }

    /** A request that names what changed. */
    private record Incremental(List<FetchTopic> topics, ClientFetchSession session) implements Turn {

        @Override
        public FetchResponseData answer(List<FetchableTopicResponse> rows) {
            return new FetchResponseData().setResponses(session.tell(rows)).setSessionId(session.id());
        }
    }
}
