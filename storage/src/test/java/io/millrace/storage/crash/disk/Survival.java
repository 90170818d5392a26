package io.millrace.storage.crash.disk;

import java.util.Random;

/**
 * What a crash spares, as one seed decides it. A seed has a mood (nothing, everything, any part, most of it), a size of the
 * pieces in which data reaches the disk, and an opinion on directories: either their changes survive in the order in which they
 * were made, as a journalling file system has it, or each name for itself, which is all that POSIX promises.
 */
final class Survival {

    private enum Mood {
        NOTHING,
        EVERYTHING,
        ANY,
        MOST,
        ALL_OR_NOTHING
    }

    private final Random random;
    private final Mood data;
    private final Mood names;
    private final boolean powerCut;
    private final boolean namesInOrder;
    private final int pieceBytes;

    Survival(long seed, boolean powerCut) {
        // Neighbouring seeds begin alike otherwise.
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        random.nextLong();
        this.powerCut = powerCut;
        this.data = Mood.values()[random.nextInt(Mood.values().length)];
        this.names = Mood.values()[random.nextInt(Mood.values().length)];
        this.namesInOrder = random.nextBoolean();
        this.pieceBytes = random.nextBoolean() ? 512 : Pages.PAGE_BYTES;
    }

    /** True when the machine lost its memory, false when only the process died. */
    boolean isPowerCut() {
        return powerCut;
    }

    boolean namesInOrder() {
        return namesInOrder;
    }

    int pieceBytes() {
        return pieceBytes;
    }

    /** The moment at which a piece of data last went to the disk: after so many of the changes that were not forced. */
    int dataMoment(int changes) {
        return moment(data, changes);
    }

    /** Whether the change of a name survives that was not forced. */
    boolean nameSurvives() {
        return moment(names, 1) == 1;
    }

    /** How many changes of names survive, at least and at most. */
    int namesUpTo(int least, int most) {
        return least + moment(names, most - least);
    }

    private int moment(Mood mood, int most) {
        return switch (mood) {
            case NOTHING -> 0;
            case EVERYTHING -> most;
            case ANY -> random.nextInt(most + 1);
            case MOST -> random.nextInt(8) > 0 ? most : random.nextInt(most + 1);
            case ALL_OR_NOTHING -> random.nextBoolean() ? most : 0;
        };
    }

    /** How much had happened of what was under way when the process died. */
    int interruptedAfter(int most) {
        return random.nextInt(most + 1);
    }
}
