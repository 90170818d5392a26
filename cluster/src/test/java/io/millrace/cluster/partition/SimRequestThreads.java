package io.millrace.cluster.partition;

import io.millrace.cluster.simulation.SimProcess;

/** Requests of one process as events. */
final class SimRequestThreads implements RequestThreads {

    private static final int READ_MS = 2;

    private final SimProcess process;

    SimRequestThreads(SimProcess process) {
        this.process = process;
    }

    @Override
    public Caller caller() {
        return new Caller() {
            @Override
            public boolean isHere() {
                return true;
            }

            @Override
            public void run(Runnable task) {
                process.after(0, task);
            }

            @Override
            public Watch runAfter(long delayMs, Runnable task) {
                boolean[] cancelled = new boolean[1];
                process.after(delayMs, () -> {
                    if (!cancelled[0]) {
                        task.run();
                    }
                });
                return () -> cancelled[0] = true;
            }
        };
    }

    @Override
    public void read(Runnable read) {
        process.after(READ_MS, read);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
