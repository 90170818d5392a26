package io.millrace.server;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.LogException;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes steps in order and takes them back in reverse. A step that fails takes back those before it.
 *
 * <p>Both calls block until they are done; they exclude each other, so stopping while starting waits for the start.
 */
final class StartupSequence {

    private static final Logger LOG = LoggerFactory.getLogger(StartupSequence.class);

    private final List<StartupStep> steps;
    private final Deque<StartupStep> started = new ArrayDeque<>();

    StartupSequence(List<StartupStep> steps) {
        this.steps = List.copyOf(steps);
    }

    /**
     * Takes every step.
     *
     * @param undoTimeout how long taking back may last in all if a step fails
     */
    synchronized void start(Duration undoTimeout) throws StartupException {
        for (StartupStep step : steps) {
            long begin = System.nanoTime();
            try {
                await(step.start().get(), Long.MAX_VALUE);
            } catch (Exception e) {
                stop(undoTimeout);
                throw asStartupException(step, e);
            }
            started.push(step);
            LOG.debug("Started {} in {} ms", step.name(), (System.nanoTime() - begin) / 1_000_000);
        }
    }

    /** Takes back what was started. A step that fails or lasts too long is logged and the next one is taken back. */
    synchronized void stop(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!started.isEmpty()) {
            StartupStep step = started.pop();
            long begin = System.nanoTime();
            try {
                await(step.stop().get(), Math.max(0, deadline - begin));
                LOG.debug("Stopped {} in {} ms", step.name(), (System.nanoTime() - begin) / 1_000_000);
            } catch (TimeoutException e) {
                LOG.atWarn()
                        .addKeyValue("step", step.name())
                        .log(
                                "Not stopped in time; going on. Acknowledged records are safe, the next start may take longer");
            } catch (Exception e) {
                LOG.atWarn().addKeyValue("step", step.name()).setCause(e).log("Not stopped properly; going on");
            }
        }
    }

    private static void await(Future<?> future, long nanos) throws Exception {
        try {
            future.toCompletionStage().toCompletableFuture().get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static StartupException asStartupException(StartupStep step, Exception e) {
        if (e instanceof StartupException startup) {
            return startup;
        }
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new StartupException(isForTheUser(e) ? e.getMessage() : step.name() + " did not start: " + e, e);
    }

    /** These types come with a message that says what to do; of anything else at least the place is told. */
    private static boolean isForTheUser(Exception e) {
        return e.getMessage() != null
                && (e instanceof IOException || e instanceof MillraceException || e instanceof LogException);
    }
}
