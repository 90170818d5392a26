package io.millrace.storage.crash;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Which seeds a suite runs: some that are always the same, and two new ones in every run, which are printed.
 *
 * <ul>
 *   <li>{@code -Dmillrace.crash.seeds=100} runs so many;
 *   <li>{@code -Dmillrace.crash.seed=N} runs only that one;
 *   <li>{@code -Dmillrace.crash.point=N} runs only the crash at that operation.
 * </ul>
 */
final class Seeds {

    private static final int FIXED = 4;
    private static final int NEW = 2;
    private static final Long ONLY = Long.getLong("millrace.crash.seed");
    private static final Integer POINT = Integer.getInteger("millrace.crash.point");
    private static final List<Long> ALL = choose();

    private Seeds() {}

    private static List<Long> choose() {
        if (ONLY != null) {
            return List.of(ONLY);
        }
        int count = Integer.getInteger("millrace.crash.seeds", FIXED + NEW);
        Random random = new Random();
        return LongStream.concat(
                        LongStream.rangeClosed(1, count - NEW),
                        LongStream.generate(() -> random.nextInt(1_000_000_000)).limit(NEW))
                .boxed()
                .toList();
    }

    static List<Long> all() {
        return ALL;
    }

    /** Those that are not the same in every run. */
    static List<Long> fresh() {
        return ONLY != null ? ALL : ALL.subList(Math.max(0, ALL.size() - NEW), ALL.size());
    }

    static boolean skipsPoint(int point) {
        return POINT != null && POINT != point;
    }

    /** What to add to the command line to see one case again. */
    static String replay(long seed, int point) {
        return "-Dmillrace.crash.seed=" + seed + " -Dmillrace.crash.point=" + point;
    }
}
