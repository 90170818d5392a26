package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StartupSequenceTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final List<String> events = new ArrayList<>();

    @Test
    void stopsInTheReverseOfTheStartOrder() throws StartupException {
        StartupSequence sequence = new StartupSequence(List.of(step("disk"), step("kafka"), step("http")));

        sequence.start(TIMEOUT);
        sequence.stop(TIMEOUT);

        assertThat(events).containsExactly("+disk", "+kafka", "+http", "-http", "-kafka", "-disk");
    }

    @Test
    void stoppingTwiceStopsOnce() throws StartupException {
        StartupSequence sequence = new StartupSequence(List.of(step("disk")));

        sequence.start(TIMEOUT);
        sequence.stop(TIMEOUT);
        sequence.stop(TIMEOUT);

        assertThat(events).containsExactly("+disk", "-disk");
    }

    @Test
    void whenAStepFails_thoseBeforeItAreStoppedAndItsReasonIsTold() {
        StartupStep failing = new StartupStep(
                "http",
                () -> Future.failedFuture(new IOException("port 8080 is taken; choose another")),
                neverStopped());
        StartupSequence sequence = new StartupSequence(List.of(step("disk"), step("kafka"), failing, step("ready")));

        assertThatThrownBy(() -> sequence.start(TIMEOUT))
                .isInstanceOf(StartupException.class)
                .hasMessage("port 8080 is taken; choose another");
        assertThat(events).containsExactly("+disk", "+kafka", "-kafka", "-disk");
    }

    @Test
    void whenAStepThrows_itIsNamed() {
        StartupStep failing = new StartupStep(
                "the gateway",
                () -> {
                    throw new IllegalStateException("no such thing");
                },
                neverStopped());

        assertThatThrownBy(() -> new StartupSequence(List.of(step("disk"), failing)).start(TIMEOUT))
                .isInstanceOf(StartupException.class)
                .hasMessageContainingAll("the gateway did not start", "no such thing");
        assertThat(events).containsExactly("+disk", "-disk");
    }

    @Test
    void aStepThatDoesNotStopInTimeHoldsUpNobody() throws StartupException {
        Promise<Void> never = Promise.promise();
        StartupStep hanging = new StartupStep("kafka", Future::succeededFuture, never::future);
        StartupStep broken =
                new StartupStep("http", Future::succeededFuture, () -> Future.failedFuture("cannot be closed"));
        StartupSequence sequence = new StartupSequence(List.of(step("disk"), hanging, broken));

        sequence.start(TIMEOUT);
        sequence.stop(Duration.ofMillis(20));

        assertThat(events).containsExactly("+disk", "-disk");
    }

    private StartupStep step(String name) {
        return new StartupStep(name, () -> record("+" + name), () -> record("-" + name));
    }

    private Future<?> record(String event) {
        events.add(event);
        return Future.succeededFuture();
    }

    private static Supplier<Future<?>> neverStopped() {
        return () -> {
            throw new AssertionError("a step that did not start must not be stopped");
        };
    }
}
