package io.millrace.cluster.simulation;

import java.util.Random;
import java.util.function.BooleanSupplier;

/** One life of a node: what it has to do later is never done once it has ended, and later still while it is paused. */
public final class SimProcess {

    private final SimWorld world;
    private final String place;
    private final BooleanSupplier alive;
    private long pausedUntilMs;

    /** @param alive whether it has not ended */
    public SimProcess(SimWorld world, String place, BooleanSupplier alive) {
        this.world = world;
        this.place = place;
        this.alive = alive;
    }

    public boolean isAlive() {
        return alive.getAsBoolean();
    }

    /** It does nothing for a while, and does not know: a long garbage collection, a stopped process. */
    public void pauseUntil(long ms) {
        pausedUntilMs = ms;
    }

    public void after(long delayMs, Runnable task) {
        world.after(delayMs, place, () -> run(task));
    }

    /** Runs something now, or when the pause is over, or never. */
    public void run(Runnable task) {
        if (!isAlive()) {
            return;
        }
        if (world.milliseconds() < pausedUntilMs) {
            after(pausedUntilMs - world.milliseconds(), task);
        } else {
            task.run();
        }
    }

    Random random() {
        return world.random(place);
    }
}
