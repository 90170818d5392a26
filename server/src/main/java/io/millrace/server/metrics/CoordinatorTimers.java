package io.millrace.server.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.cluster.group.GroupTimes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How long a coordinator's threads take, and what they wait for: {@code …_event_queue_seconds} and others. */
final class CoordinatorTimers implements GroupTimes {

    /** From nothing to where clients give up. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final Timer queued;
    private final Timer processed;
    private final Timer written;
    private final Timer replicated;
    private final Timer loaded;

    /**
     * @param prefix how names begin
     * @param what is coordinated, in the plural
     * @param topic where it is kept
     */
    CoordinatorTimers(MeterRegistry registry, String prefix, String what, String topic) {
        this.queued = timer(
                registry, prefix + "event.queue", "Waiting of requests and timeouts of " + what + " for a thread");
        this.processed = timer(registry, prefix + "event.processing", "Work on a request or a timeout of " + what);
        this.written = timer(registry, prefix + "write", "Writes of what was decided of " + what);
        this.replicated = timer(
                registry,
                prefix + "replication",
                "Waiting of what was decided of " + what + ", and of the answers, for the replicas");
        this.loaded = timer(
                registry,
                prefix + "load",
                "Readings of a partition of " + topic + "; what it has of " + what + " waits");
    }

    static Timer timer(MeterRegistry registry, String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    @Override
    public void queued(long ms) {
        queued.record(ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void processed(long ms) {
        processed.record(ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void written(long ms) {
        written.record(ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void replicated(long ms) {
        replicated.record(ms, TimeUnit.MILLISECONDS);
    }

    @Override
    public void loaded(long ms) {
        loaded.record(ms, TimeUnit.MILLISECONDS);
    }
}
