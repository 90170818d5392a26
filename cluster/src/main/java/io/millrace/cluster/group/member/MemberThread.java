package io.millrace.cluster.group.member;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;

/** Where everything of one member happens, one thing after the other. */
interface MemberThread {

    /** What was to be done later. */
    interface Timer {
        void cancel();
    }

    /** Milliseconds of a clock that only goes forward. */
    long nowMs();

    /** Has something done there, soon. Any thread. */
    void run(Runnable task);

    /** Has something done later, if it is not cancelled until then. On this thread. */
    Timer after(long delayMs, Runnable task);

    /** The Vert.x context of the caller, or a new one. */
    static MemberThread ofCaller(Vertx vertx) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return new MemberThread() {
            @Override
            public long nowMs() {
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            }

            @Override
            public void run(Runnable task) {
                context.runOnContext(turn -> task.run());
            }

            @Override
            public Timer after(long delayMs, Runnable task) {
                long id = context.setTimer(Math.max(1, delayMs), timer -> task.run());
                return () -> context.owner().cancelTimer(id);
            }
        };
    }
}
