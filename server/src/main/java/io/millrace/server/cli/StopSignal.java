package io.millrace.server.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an ordinary return of the main thread, so that a command stops what it started by leaving its
 * {@code try} block, and exits with 0.
 *
 * <p>The JVM would end as soon as its shutdown hooks return, with 128 + signal; the hook here holds it until {@link #close()}.
 */
final class StopSignal implements AutoCloseable {

    /** Longer than the server allows itself, so that this only ends a stop that hangs. */
    private static final long CLOSE_SECONDS_MAX = 40;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::whenAsked, "millrace-stop");

    private StopSignal() {}

    /** From now on the process only ends after {@link #close()}. */
    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Waits until somebody asks the process to stop. */
    void await() throws InterruptedException {
        asked.await();
    }

    /**
     * Waits for that, but only so long.
     *
     * @return whether somebody asked
     */
    boolean await(long seconds) throws InterruptedException {
        return asked.await(seconds, TimeUnit.SECONDS);
    }

    /** Everything is stopped. */
    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Asked by a signal: the hook runs and ends the process now.
        }
    }

    private void whenAsked() {
        asked.countDown();
        int exitCode = ExitCode.FAILED;
        try {
            if (closed.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                exitCode = ExitCode.OK;
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; end the process all the same.
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
