package io.millrace.storage.thread;

import java.util.concurrent.locks.LockSupport;

/** A {@link TurnThread} of this process. */
final class OwnTurnThread implements TurnThread, Runnable {

    private final Turns turns;
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    OwnTurnThread(String name, Turns turns) {
        this.turns = turns;
        this.thread = OwnThreads.daemons(name).newThread(this);
        thread.start();
    }

    @Override
    public void run() {
        while (true) {
            if (turns.turn()) {
                continue;
            }
            if (closed && turns.isIdle()) {
                return;
            }
            parked = true;
            if (turns.isIdle() && !closed) {
                LockSupport.park(this);
            }
            parked = false;
        }
    }

    @Override
    public void wakeIfIdle() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void wake() {
        LockSupport.unpark(thread);
    }

    @Override
    public boolean linger(long nanos) {
        LockSupport.parkNanos(this, nanos);
        return true;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
