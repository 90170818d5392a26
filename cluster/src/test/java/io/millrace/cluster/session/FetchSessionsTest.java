package io.millrace.cluster.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {

    private static final class Session extends FetchSession {
        private boolean ended;

        Session(Object owner) {
            super(owner);
        }

        @Override
        protected void end() {
            ended = true;
        }
    }

    private final FetchSessions<Session> sessions = new FetchSessions<>(2, 3);

    @Test
    void requestsOfASessionComeInTheirOrderOrNotAtAll() {
        SessionStep first = new SessionStep(open("a").id(), 1);

        sessions.resume(first, "a");
        refused(first, "a", ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        refused(first.next().next(), "a", ErrorCode.INVALID_FETCH_SESSION_EPOCH);
        sessions.resume(first.next(), "a");
    }

    @Test
    void nobodyGoesOnWithTheSessionOfAnother() {
        refused(new SessionStep(open("a").id(), 1), "b", ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        refused(new SessionStep(4711, 1), "b", ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void aNewSessionReplacesTheOneThatItsOwnerGaveUp() {
        Session former = open("a");
        Session next = new Session("a");
        sessions.open(next, former.id());

        assertThat(former.ended).isTrue();
        assertThat(sessions.size()).isEqualTo(1);
        Session stranger = new Session("b");
        sessions.open(stranger, next.id());
        assertThat(next.ended).isFalse();
    }

    @Test
    void whoOpensTooManyLosesHisOwnFirst() {
        Session oldest = open("a");
        Session used = open("b");
        Session older = open("b");
        sessions.resume(new SessionStep(used.id(), 1), "b");

        open("b");
        assertThat(older.ended).isTrue();
        assertThat(oldest.ended).isFalse();
        open("c");
        assertThat(oldest.ended).isTrue();
        assertThat(sessions.size()).isEqualTo(3);
        sessions.close();
        assertThat(used.ended).isTrue();
    }

    @Test
    void theNumberOfARequestGoesOnAfterTheLargest() {
        assertThat(new SessionStep(1, Integer.MAX_VALUE).next()).isEqualTo(new SessionStep(1, 1));
    }

    private Session open(String owner) {
        Session session = new Session(owner);
        sessions.open(session, SessionStep.NO_ID);
        return session;
    }

    private void refused(SessionStep step, String owner, ErrorCode code) {
        assertThatThrownBy(() -> sessions.resume(step, owner))
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
