package io.millrace.cluster.simulation;

import java.util.function.LongConsumer;

/**
 * The seeds that a test plays: always the same ones in the default build; new ones for whoever asks for a number of them by {@code
 * -Dmillrace.simulation.seeds}; one by {@code -Dmillrace.simulation.seed}.
 */
public final class SimSeeds {

    private static final String COUNT = "millrace.simulation.seeds";

    /** More than that are most likely of one cause. */
    private static final int FAILURES_MAX = 10;

    private final long first;
    private final long last;
    private long played;

    private SimSeeds(long first, long last) {
        this.first = first;
        this.last = last;
    }

    /**
     * @param property with which one seed is asked for
     * @param defaults how many are played when no number was asked for
     * @param part of how many only one is played
     */
    public static SimSeeds of(String property, int defaults, int part) {
        Long only = Long.getLong(property);
        if (only != null) {
            return new SimSeeds(only, only);
        }
        long first = areAskedFor() ? System.nanoTime() >>> 20 : 1;
        return new SimSeeds(first, first + Math.max(1, Integer.getInteger(COUNT, defaults) / part) - 1);
    }

    public static boolean areAskedFor() {
        return System.getProperty(COUNT) != null;
    }

    /**
     * Plays one after the other. A failure ends that, but a night goes on: what else fails is worth more than the time.
     *
     * @param atMostMs a machine that is busy plays fewer, unless a number of them was asked for
     * @throws AssertionError the first failure, with the others behind it
     */
    public void play(long atMostMs, LongConsumer seed) {
        long began = System.nanoTime();
        AssertionError failure = null;
        int failures = 0;
        for (long each = first; each <= last && failures < FAILURES_MAX; each++) {
            if (!areAskedFor() && (System.nanoTime() - began) / 1_000_000 >= atMostMs) {
                break;
            }
            played++;
            try {
                seed.accept(each);
            } catch (AssertionError e) {
                if (!areAskedFor()) {
                    throw e;
                }
                failures++;
                System.out.printf("simulation: seed %d fails, going on: %s%n", each, e.getMessage());
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    public long first() {
        return first;
    }

    /** How many were played. */
    public long played() {
        return played;
    }

    @Override
    public String toString() {
        return "seeds " + first + " to " + (first + played - 1);
    }
}
