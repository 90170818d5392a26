package io.millrace.cluster.partition;

import io.millrace.cluster.simulation.SimWorld;
import java.util.ArrayDeque;

/** What happened in a simulation: the last lines to read, and a number that stands for all of them. */
final class Trace {

    private static final int LINES_MAX = 120;

    private final SimWorld world;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private long hash;

    Trace(SimWorld world) {
        this.world = world;
    }

    void add(String format, Object... arguments) {
        String line = world.milliseconds() + " " + String.format(format, arguments);
        hash = hash * 31 + line.hashCode();
        last.add(line);
        if (last.size() > LINES_MAX) {
            last.remove();
        }
    }

    long nowMs() {
        return world.milliseconds();
    }

    long hash() {
        return hash;
    }

    @Override
    public String toString() {
        return String.join(System.lineSeparator(), last);
    }
}
