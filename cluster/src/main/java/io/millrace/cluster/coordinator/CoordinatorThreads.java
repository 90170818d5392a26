package io.millrace.cluster.coordinator;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.kafka.server.util.timer.Timer;
import org.apache.kafka.server.util.timer.TimerTask;

/** The threads beside those of the library's runtime. */
final class CoordinatorThreads {

    static final String GROUPS = "millrace-groups-";

    private static final long IDLE_SECONDS = 10;

    private CoordinatorThreads() {}

    /** One thread, while there is something to do. */
    static ExecutorService single(String prefix, String what) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), runnable -> {
                    Thread thread = new Thread(runnable, prefix + what);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** The library's timing wheel: cancelling one of very many session timeouts costs nothing. */
    static Timer timer(String prefix) {
        SystemTimer wheel = new SystemTimer(prefix + "timer");
        // It names its thread in a way of its own.
        wheel.add(new TimerTask(0) {
            @Override
            public void run() {
                Thread.currentThread().setName(prefix + "timer");
            }
        });
        return new SystemTimerReaper(prefix + "clock", wheel);
    }
}
