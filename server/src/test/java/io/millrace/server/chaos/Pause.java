package io.millrace.server.chaos;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Lets a fault last: here time itself is what is tested, not something that could be waited for. */
final class Pause {

    private Pause() {}

    static void of(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
