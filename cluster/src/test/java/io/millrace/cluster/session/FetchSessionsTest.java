package io.millrace.cluster.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {

    private static final class Session extends FetchSession {
        private final int weight;
        private boolean ended;

        Session(Object owner) {
            this(owner, 0);
        }

        Session(Object owner, int weight) {
            super(owner);
            this.weight = weight;
        }

        @Override
        protected int weight() {
            return weight;
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
    void whereSessionsAreKeptANewOneGetsAPlaceOnlyWhenAnotherIsOldOrRemembersLess() {
        AtomicLong nowMs = new AtomicLong();
        FetchSessions<Session> kept = new FetchSessions<>(2, 2, 1_000, nowMs::get);
        Session small = new Session("clients", 1);
        Session large = new Session("clients", 5);
        assertThat(kept.open(small, SessionStep.NO_ID)).isTrue();
        assertThat(kept.open(large, SessionStep.NO_ID)).isTrue();
        Session next = new Session("others", 3);

        assertThat(kept.open(next, SessionStep.NO_ID)).as("both are new").isFalse();
        assertThat(next.id()).isEqualTo(SessionStep.NO_ID);
        nowMs.set(600);
        kept.resume(new SessionStep(small.id(), 1), "clients");
        kept.resume(new SessionStep(large.id(), 1), "clients");
        nowMs.set(1_200);
        assertThat(kept.open(new Session("others", 1), SessionStep.NO_ID))
                .as("none remembers less")
                .isFalse();
        assertThat(kept.open(next, SessionStep.NO_ID)).as("one remembers less").isTrue();
        assertThat(small.ended).isTrue();
        nowMs.set(2_000);
        assertThat(kept.open(new Session("others", 1), SessionStep.NO_ID))
                .as("one is old")
                .isTrue();
        assertThat(large.ended).isTrue();
        assertThat(kept.size()).isEqualTo(2);
    }

    @Test
    void withoutAnyPlaceNoSessionIsKept() {
        FetchSessions<Session> none = new FetchSessions<>(1, 0, 1_000, () -> 0);

        assertThat(none.open(new Session("clients"), SessionStep.NO_ID)).isFalse();
        assertThat(none.size()).isZero();
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
