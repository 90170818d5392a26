package io.millrace.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.server.http.Readiness.Phase;
import org.junit.jupiter.api.Test;

class ReadinessTest {

    @Test
    void goesFromStartToEndAndNeverBack() {
        Readiness readiness = new Readiness();
        assertThat(readiness.isReady()).isFalse();

        readiness.become(Phase.READY);
        assertThat(readiness.isReady()).isTrue();

        readiness.become(Phase.DRAINING);
        readiness.become(Phase.DRAINING);
        assertThat(readiness.isReady()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> readiness.become(Phase.READY));
    }
}
