package io.millrace.storage.crash;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.crash.disk.CrashDisk;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.slf4j.LoggerFactory;

/**
 * Kills a store in the middle of every change of the disk that an operation makes, and looks at what each seed leaves of it:
 * opens it (every other seed dies in that, too), checks everything, goes on, dies again, and checks again.
 */
final class EveryCrashPoint {

    /** Something done to a store, awaited. */
    @FunctionalInterface
    interface Step {
        void run(Store store) throws IOException;
    }

    /** Recovery makes a few changes; it is interrupted somewhere in the first of them. */
    private static final int RECOVERY_OPERATIONS = 12;

    private final String operation;
    private final LogConfig config;
    private final boolean powerCuts;
    private int points;
    private int cases;
    private int refused;

    private EveryCrashPoint(String operation, LogConfig config, boolean powerCuts) {
        this.operation = operation;
        this.config = config;
        this.powerCuts = powerCuts;
    }

    /** Power cuts and kills. */
    static void of(String operation, LogConfig config, Step prepare, Step step) throws IOException {
        EveryCrashPoint suite = new EveryCrashPoint(operation, config, true);
        suite.run(() -> suite.crashEverywhere(prepare, step));
    }

    /** Kills only: for what promises no more. */
    static void ofKills(String operation, LogConfig config, Step prepare, Step step) throws IOException {
        EveryCrashPoint suite = new EveryCrashPoint(operation, config, false);
        suite.run(() -> suite.crashEverywhere(prepare, step));
    }

    /** Crashes in the start that follows a crash somewhere in a step. */
    static void ofTheStartAfter(String operation, LogConfig config, Step prepare, Step step) throws IOException {
        EveryCrashPoint suite = new EveryCrashPoint(operation, config, true);
        suite.run(() -> suite.crashInEveryStart(prepare, step));
    }

    private interface Cases {
        void run() throws IOException;
    }

    private void run(Cases all) throws IOException {
        // Thousands of crashes: what the storage says about them would be all that one sees.
        Logger storage = (Logger) LoggerFactory.getLogger("io.millrace.storage");
        storage.setLevel(Level.OFF);
        long began = System.nanoTime();
        try {
            all.run();
            System.out.printf(
                    "crash suite: %s: %d crash points, %d seeds, %d cases (%d refused), %d ms, new seeds %s%n",
                    operation,
                    points,
                    Seeds.all().size(),
                    cases,
                    refused,
                    (System.nanoTime() - began) / 1_000_000,
                    Seeds.fresh());
        } finally {
            storage.setLevel(null);
        }
    }

    private void crashEverywhere(Step prepare, Step step) throws IOException {
        points = count(prepare, step);
        for (int point = 1; point <= points; point++) {
            if (!Seeds.skipsPoint(point)) {
                crashAt(point, prepare, step);
            }
        }
    }

    private int count(Step prepare, Step step) throws IOException {
        Store store = Store.empty(config);
        prepare.run(store);
        Steps.quiet(store.disk());
        long before = store.disk().operations();
        step.run(store);
        Steps.quiet(store.disk());
        int operations = (int) (store.disk().operations() - before);
        store.kill();
        return operations;
    }

    private Store crash(int point, Step prepare, Step step) throws IOException {
        Store store = Store.empty(config);
        prepare.run(store);
        Steps.quiet(store.disk());
        store.disk().crashAtOperation(store.disk().operations() + point);
        try {
            step.run(store);
            Steps.quiet(store.disk());
        } catch (Store.Died e) {
            // As wanted.
        }
        store.kill();
        return store;
    }

    private void crashAt(int point, Step prepare, Step step) throws IOException {
        Store store = crash(point, prepare, step);
        for (long seed : Seeds.all()) {
            // Another mood at each point: few seeds see much together.
            long mixed = seed * 1_000_003 + point;
            Random random = new Random(mixed);
            int second = random.nextBoolean() ? 1 + random.nextInt(RECOVERY_OPERATIONS) : 0;
            check(store, seed, point, mixed, second);
        }
    }

    /** Each seed crashes somewhere in the step, and then in every operation of the start. */
    private void crashInEveryStart(Step prepare, Step step) throws IOException {
        int operations = count(prepare, step);
        for (long seed : Seeds.all()) {
            int first = 1 + new Random(seed).nextInt(operations);
            Store crashed = crash(first, prepare, step);
            CrashDisk found = crashed.disk().reboot(seed, isPowerCut(seed));
            Store.open(found, Map.of(), config).kill();
            int starts = (int) found.operations();
            points += starts;
            for (int point = 1; point <= starts; point++) {
                if (!Seeds.skipsPoint(point)) {
                    check(crashed, seed, point, seed, point);
                }
            }
        }
    }

    private boolean isPowerCut(long seed) {
        return powerCuts && Math.floorMod(seed, 4) != 0;
    }

    /** @param inRecovery when the start after the crash crashes too; 0 for not at all */
    private void check(Store crashed, long seed, int point, long mixedSeed, int inRecovery) {
        boolean powerCut = isPowerCut(mixedSeed);
        CrashDisk found = crashed.disk().reboot(mixedSeed, powerCut);
        try {
            if (inRecovery > 0) {
                found = crashInRecovery(found, inRecovery, mixedSeed + 1, powerCut);
            }
            check(found, crashed.copyOfModels(), mixedSeed, powerCut);
            cases++;
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError(
                    operation + " fails after a " + (powerCut ? "power cut" : "kill") + " in operation " + point
                            + ", " + crashed.disk().last() + ", and in operation " + inRecovery
                            + " of the start; replay with " + Seeds.replay(seed, point) + ": " + e.getMessage(),
                    e);
        }
    }

    private void check(CrashDisk found, Map<TopicPartition, LogModel> models, long seed, boolean powerCut)
            throws IOException {
        Store store = Store.open(found, models, config);
        try {
            if (powerCut && store.refusesALog()) {
                // Until there is a journal: sound data behind lost data, which a power cut can leave, is taken for
                // damage.
                refused++;
                return;
            }
            store.checkRecovered();
            store.sendAgain();
        } finally {
            store.kill();
        }
        Store again = Store.open(found.reboot(seed + 2, powerCut), models, config);
        try {
            again.checkRecovered();
        } finally {
            again.kill();
        }
    }

    private CrashDisk crashInRecovery(CrashDisk disk, int point, long seed, boolean powerCut) {
        disk.crashAtOperation(disk.operations() + point);
        try {
            Store.open(disk, Map.of(), config).kill();
        } catch (IOException e) {
            if (!disk.isDead()) {
                throw new AssertionError("the start failed: " + e.getMessage(), e);
            }
        }
        return disk.reboot(seed, powerCut);
    }
}
