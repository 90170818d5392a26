package io.millrace.cluster.quorum;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** The time of the quorum: begins at the wall clock's and from there on only goes forward, whoever sets the clock of the machine. */
final class MonotonicTime implements Time {

    private final long beganMs = System.currentTimeMillis();
    private final long beganNanos = System.nanoTime();

    @Override
    public long milliseconds() {
        return beganMs + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    }

    @Override
    public long nanoseconds() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long ms) {
        Time.SYSTEM.sleep(ms);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) throws InterruptedException {
        Time.SYSTEM.waitObject(object, condition, deadlineMs - milliseconds() + Time.SYSTEM.milliseconds());
    }
}
