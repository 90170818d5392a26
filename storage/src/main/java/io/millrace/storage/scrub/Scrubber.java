package io.millrace.storage.scrub;

import io.millrace.storage.StorageMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one pass over all sealed segments in each interval and verifies every batch in them: length, format, checksum, order.
 * A disk can lose bytes years after it has taken them; found early, there is still a replica or a backup to restore from.
 *
 * <p>The first pass begins a while after the start. A pass that takes longer than the interval is followed by the next at once.
 *
 * <p>{@link #report} may be called on any thread.
 */
public final class Scrubber implements AutoCloseable {

    /** A node that has just started has better things to do. */
    private static final long FIRST_PASS_DELAY_MAX_MS = 10 * 60_000;

    private static final Logger log = LoggerFactory.getLogger(Scrubber.class);

    private final ScrubConfig config;
    private final StorageMetrics metrics;
    private final Supplier<? extends Collection<? extends ScrubTarget>> logs;
    private final Pace.Pause pause;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private ScheduledExecutorService thread;

    /** Guards the next three. */
    private final Object lock = new Object();

    private long passes;
    private List<ScrubReport.Damage> lastPass = List.of();
    private List<ScrubReport.Damage> thisPass = new ArrayList<>();

    /**
     * @param logs the logs at the moment it is called
     */
    public Scrubber(
            ScrubConfig config, StorageMetrics metrics, Supplier<? extends Collection<? extends ScrubTarget>> logs) {
        this.config = config;
        this.metrics = metrics;
        this.logs = logs;
        this.pause = this::pauseUnlessStopping;
    }

    /** For tests: no thread, and pauses that somebody else waits for. */
    Scrubber(
            ScrubConfig config,
            StorageMetrics metrics,
            Supplier<? extends Collection<? extends ScrubTarget>> logs,
            Pace.Pause pause) {
        this.config = config;
        this.metrics = metrics;
        this.logs = logs;
        this.pause = pause;
    }

    /** Starts the thread, if there is anything for it to do. */
    public Scrubber start() {
        if (config.isOn()) {
            thread = Executors.newSingleThreadScheduledExecutor(work -> {
                Thread made = new Thread(work, "millrace-scrubber");
                made.setDaemon(true);
                made.setPriority(Thread.MIN_PRIORITY);
                return made;
            });
            long delayMs = Math.min(config.intervalMs(), FIRST_PASS_DELAY_MAX_MS);
            thread.scheduleAtFixedRate(this::guardedPass, delayMs, config.intervalMs(), TimeUnit.MILLISECONDS);
        }
        return this;
    }

    private void guardedPass() {
        try {
            pass();
        } catch (RuntimeException e) {
            // Must not end the schedule.
            log.error("A pass over the segments failed; the next one begins in {} ms", config.intervalMs(), e);
        }
    }

    /** One pass over everything. */
    void pass() {
        long began = System.nanoTime();
        ScrubPass pass = new ScrubPass(new Pace(config.bytesPerSecond(), pause), metrics, this::found);
        if (!pass.run(logs.get())) {
            return;
        }
        int damages;
        synchronized (lock) {
            passes++;
            lastPass = thisPass;
            thisPass = new ArrayList<>();
            damages = lastPass.size();
        }
        log.info(
                "Read {} segments with {} bytes again in {} ms: {}",
                pass.segments(),
                pass.bytes(),
                (System.nanoTime() - began) / 1_000_000,
                damages == 0 ? "all sound" : damages + " DAMAGED, see the errors above");
    }

    private void found(ScrubReport.Damage damage) {
        synchronized (lock) {
            if (thisPass.size() < ScrubReport.DAMAGES_MAX) {
                thisPass.add(damage);
            }
        }
    }

    /** What is known at this moment: the last whole pass, and what the present one adds to it. */
    public ScrubReport report() {
        synchronized (lock) {
            List<ScrubReport.Damage> damages = new ArrayList<>(lastPass);
            thisPass.stream().filter(it -> !damages.contains(it)).forEach(damages::add);
            return new ScrubReport(passes, damages.subList(0, Math.min(damages.size(), ScrubReport.DAMAGES_MAX)));
        }
    }

    private boolean pauseUnlessStopping(long milliseconds) {
        try {
            return !stopping.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Stops in the middle of a pass, after the read that is under way. */
    @Override
    public void close() {
        stopping.countDown();
        if (thread != null) {
            // Not interrupted: that would close the file under other readers.
            thread.shutdown();
            awaitEnd();
        }
    }

    private void awaitEnd() {
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("The disk does not answer a read of old segments; the stop goes on without it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
