package io.millrace.storage.crash;

import io.millrace.storage.crash.disk.CrashDisk;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for the threads of the storage, in microseconds: a suite does so a hundred thousand times. */
final class Steps {

    private static final long TIMEOUT_SECONDS = 20;
    private static final long LOOK_NANOS = 20_000;

    private Steps() {}

    /** The result of a step; ends with {@link Store.Died} when the process died in it. */
    static <T> T done(CrashDisk disk, CompletionStage<T> step) {
        try {
            return step.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (disk.isDead()) {
                throw new Store.Died();
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("a step did not end within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a condition; ends with {@link Store.Died} when the process died first. */
    static void until(CrashDisk disk, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (disk.isDead()) {
                throw new Store.Died();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("what was waited for did not happen within " + TIMEOUT_SECONDS + " s");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /**
     * Waits until the threads of the storage have nothing to do, so that work in the background belongs to the step that caused
     * it. A thread that was woken and does not run yet looks idle: hence several looks.
     */
    static void quiet(CrashDisk disk) {
        int looks = 0;
        long operations = disk.operations();
        while (looks < 4 && !disk.isDead()) {
            LockSupport.parkNanos(LOOK_NANOS);
            boolean still = disk.operations() == operations && threadsAreIdle();
            operations = disk.operations();
            looks = still ? looks + 1 : 0;
        }
    }

    private static boolean threadsAreIdle() {
        Thread[] threads = new Thread[100];
        int count = Thread.currentThread().getThreadGroup().enumerate(threads);
        for (int i = 0; i < count; i++) {
            Thread.State state = threads[i].getState();
            if (threads[i].getName().startsWith("millrace-")
                    && state != Thread.State.WAITING
                    && state != Thread.State.TIMED_WAITING) {
                return false;
            }
        }
        return true;
    }
}
