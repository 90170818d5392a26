package io.millrace.websocket.conflation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TickScheduleTest {

    private final TickSchedule schedule = new TickSchedule(250);

    @Test
    void whatComesFirstGoesAtOnce() {
        assertThat(schedule.dueInMs(1_100)).isZero();
    }

    @Test
    void whatComesInTheSameIntervalWaitsForTheNextOne() {
        schedule.sent(1_100);

        assertThat(schedule.dueInMs(1_101)).isEqualTo(149);
        assertThat(schedule.dueInMs(1_249)).isEqualTo(1);
        assertThat(schedule.dueInMs(1_250)).isZero();
    }

    @Test
    void intervalsBeginAtMultiplesOfTheirLengthWheneverSomethingIsSent() {
        schedule.sent(1_250);
        assertThat(schedule.dueInMs(1_260)).isEqualTo(240);

        schedule.sent(1_499);
        assertThat(schedule.dueInMs(1_499)).isEqualTo(1);
    }

    @Test
    void aClockThatBeganBelowZeroIsAClockToo() {
        schedule.sent(-10);

        assertThat(schedule.dueInMs(-1)).isEqualTo(1);
        assertThat(schedule.dueInMs(0)).isZero();
    }
}
