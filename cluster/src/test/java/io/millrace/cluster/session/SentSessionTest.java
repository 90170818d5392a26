package io.millrace.cluster.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentSessionTest {

    private final SentSession<String, String> session = new SentSession<>();

    @Test
    void theFirstRequestSaysAllAndTheNextOnesWhatIsNew() {
        session.want("a", "a0");
        session.want("b", "b0");
        expect(SessionStep.FIRST, "[a0, b0]", "[]");
        session.answered(7);

        expect(new SessionStep(7, 1), "[]", "[]");
        session.answered(7);
        session.want("a", "a0");
        session.want("b", "b1");
        session.want("c", "c0");
        expect(new SessionStep(7, 2), "[b1, c0]", "[]");
        session.answered(7);
        session.drop("a");
        expect(new SessionStep(7, 3), "[]", "[a]");
        assertThat(session.sent("a")).isNull();
        assertThat(session.sent("b")).isEqualTo("b1");
    }

    @Test
    void afterALostAnswerAllIsSaidAgainBecauseTheRequestMayHaveArrivedOrNot() {
        session.want("a", "a0");
        session.want("b", "b0");
        session.next();
        session.answered(7);
        session.want("a", "a1");
        session.next();
        session.lost();

        session.drop("b");
        expect(new SessionStep(7, 0), "[a1]", "[]");
        session.lost();
        expect(new SessionStep(7, 0), "[a1]", "[]");
        session.answered(8);
        expect(new SessionStep(8, 1), "[]", "[]");
    }

    @Test
    void whatHadNoEffectIsAskedForAgainThoughNothingElseIsWanted() {
        session.want("a", "a0");
        session.next();
        session.answered(7);

        session.doubt("a");
        session.want("a", "a0");
        expect(new SessionStep(7, 1), "[a0]", "[]");
    }

    @Test
    void whatCameAndWentBetweenTwoRequestsIsNotMentioned() {
        session.want("a", "a0");
        session.next();
        session.answered(7);
        session.want("b", "b0");
        session.drop("b");
        session.drop("a");
        session.want("a", "a0");

        assertThat(session.isEmpty()).isFalse();
        expect(new SessionStep(7, 1), "[]", "[]");
        session.drop("a");
        assertThat(session.isEmpty()).isTrue();
    }

    @Test
    void whoeverAnswersWithoutASessionIsToldAllEachTime() {
        session.want("a", "a0");
        session.next();
        session.answered(SessionStep.NO_ID);

        expect(SessionStep.FIRST, "[a0]", "[]");
    }

    private void expect(SessionStep step, String changed, String forgotten) {
        SentSession.Request<String, String> request = session.next();
        assertThat(request.step()).isEqualTo(step);
        assertThat(request.changed()).hasToString(changed);
        assertThat(request.forgotten()).hasToString(forgotten);
    }
}
