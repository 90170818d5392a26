package io.millrace.websocket.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.websocket.session.KeepAlive.Finding;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KeepAliveTest {

    private final KeepAlive socket = new KeepAlive(25_000, 10_000, 60_000, true, at(0));

    @Test
    void anIdleSocketIsAskedAndOneThatAnswersIsKept() {
        assertThat(socket.tick(at(24_000), true, 0)).isEqualTo(Finding.FINE);
        assertThat(socket.tick(at(25_000), true, 0)).isEqualTo(Finding.IDLE);
        socket.heard();
        assertThat(socket.tick(at(36_000), true, 0)).isEqualTo(Finding.FINE);
        assertThat(socket.tick(at(50_000), true, 0)).isEqualTo(Finding.IDLE);
    }

    @Test
    void aSocketThatSendsRecordsIsNotIdle() {
        for (int second = 0; second < 100; second++) {
            socket.sent();
            assertThat(socket.tick(at(second * 1_000), true, 0)).isEqualTo(Finding.FINE);
        }
    }

    @Test
    void aSocketThatDoesNotAnswerIsSilentAfterTheTimeout() {
        assertThat(socket.tick(at(25_000), true, 0)).isEqualTo(Finding.IDLE);
        assertThat(socket.tick(at(34_000), true, 0)).isEqualTo(Finding.FINE);
        assertThat(socket.tick(at(35_000), true, 0)).isEqualTo(Finding.SILENT);
    }

    @Test
    void recordsDoNotStandForAnAnswer() {
        assertThat(socket.tick(at(25_000), true, 0)).isEqualTo(Finding.IDLE);
        socket.sent();
        assertThat(socket.tick(at(35_000), true, 0)).isEqualTo(Finding.SILENT);
    }

    @Test
    void whereNoAnswerIsExpectedSilenceMeansNothing() {
        KeepAlive sse = new KeepAlive(25_000, 10_000, 60_000, false, at(0));
        assertThat(sse.tick(at(25_000), true, 0)).isEqualTo(Finding.IDLE);
        assertThat(sse.tick(at(40_000), true, 0)).isEqualTo(Finding.FINE);
        assertThat(sse.tick(at(50_000), true, 0)).isEqualTo(Finding.IDLE);
    }

    @Test
    void aFullBufferThatDoesNotMoveIsStalledAndOneThatMovesIsOnlySlow() {
        for (int second = 1; second <= 200; second++) {
            assertThat(socket.tick(at(second * 1_000), false, 1_000 - second)).isEqualTo(Finding.FINE);
        }
        assertThat(socket.tick(at(259_000), false, 800)).isEqualTo(Finding.FINE);
        assertThat(socket.tick(at(260_000), false, 800)).isEqualTo(Finding.STALLED);
    }

    private static long at(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }
}
