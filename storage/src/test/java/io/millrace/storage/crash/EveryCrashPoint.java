package io.millrace.storage.crash;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.crash.disk.CrashDisk;
import io.millrace.storage.crash.disk.Faults;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Kills a store in the middle of every change of the disk that a scenario makes, and looks at what each seed leaves of it:
 * opens it (every other case dies in that, too), checks everything, goes on, dies again, and checks again.
 */
final class EveryCrashPoint {

    /** Recovery makes a few changes; it is interrupted somewhere in the first of them. */
    private static final int RECOVERY_OPERATIONS = 12;

    /** For a suite that must find something. */
    private static final List<Long> MANY_SEEDS =
            LongStream.rangeClosed(1, 60).boxed().toList();

    private final Scenario scenario;
    private final Supplier<Faults> faults;
    private final List<Long> seeds;
    private int points;
    private int cases;

    private EveryCrashPoint(Scenario scenario, Supplier<Faults> faults, List<Long> seeds) {
        this.seeds = seeds;
        this.scenario = scenario;
        this.faults = faults;
    }

    /** Crashes in each operation of a scenario. */
    static void of(Scenario scenario) throws IOException {
        EveryCrashPoint suite = new EveryCrashPoint(scenario, () -> Faults.NONE, Seeds.all());
        suite.run(suite::crashEverywhere);
    }

    /** Crashes somewhere in a scenario, and in each operation of the start that follows. */
    static void ofTheStartAfter(Scenario scenario) throws IOException {
        EveryCrashPoint suite = new EveryCrashPoint(scenario, () -> Faults.NONE, Seeds.all());
        suite.run(suite::crashInEveryStart);
    }

    /** Crashes in each operation, on disks with faults, until something is wrong. */
    static void on(Supplier<Faults> faults, Scenario scenario) throws IOException {
        EveryCrashPoint suite = new EveryCrashPoint(scenario, faults, MANY_SEEDS);
        suite.crashEverywhere();
    }

    private interface Cases {
        void run() throws IOException;
    }

    private void run(Cases all) throws IOException {
        long began = System.nanoTime();
        all.run();
        System.out.printf(
                "crash suite: %s: %d crash points, %d seeds, %d cases, %d ms, new seeds %s%n",
                scenario.name(), points, seeds.size(), cases, (System.nanoTime() - began) / 1_000_000, Seeds.fresh());
    }

    private void crashEverywhere() throws IOException {
        points = count();
        for (int point = 1; point <= points; point++) {
            if (!Seeds.skipsPoint(point)) {
                crashAt(point);
            }
        }
    }

    private int count() throws IOException {
        Store store = prepared();
        long before = store.disk().operations();
        scenario.step().run(store);
        Steps.quiet(store.disk());
        int operations = (int) (store.disk().operations() - before);
        store.kill();
        return operations;
    }

    private Store prepared() throws IOException {
        CrashDisk disk = new CrashDisk();
        disk.faults(faults.get());
        Store store = Store.empty(disk, scenario.config(), scenario.journalBytes());
        scenario.prepare().run(store);
        Steps.quiet(disk);
        return store;
    }

    private Store crash(int point) throws IOException {
        Store store = prepared();
        store.disk().crashAtOperation(store.disk().operations() + point);
        try {
            scenario.step().run(store);
            Steps.quiet(store.disk());
        } catch (Store.Died e) {
            // As wanted.
        }
        store.kill();
        return store;
    }

    private void crashAt(int point) throws IOException {
        Store store = crash(point);
        for (long seed : seeds) {
            // Another mood at each point: few seeds see much together.
            long mixed = seed * 1_000_003 + point;
            Random random = new Random(mixed);
            int second = random.nextBoolean() ? 1 + random.nextInt(RECOVERY_OPERATIONS) : 0;
            check(store, seed, point, mixed, second);
        }
    }

    /** Each seed crashes somewhere in the step, and then in every operation of the start. */
    private void crashInEveryStart() throws IOException {
        int operations = count();
        for (long seed : seeds) {
            Store crashed = crash(1 + new Random(seed).nextInt(operations));
            CrashDisk found = reboot(crashed.disk(), seed);
            open(found, Map.of()).kill();
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
        return scenario.powerCuts() && Math.floorMod(seed, 4) != 0;
    }

    private CrashDisk reboot(CrashDisk disk, long seed) {
        CrashDisk found = disk.reboot(seed, isPowerCut(seed));
        found.faults(faults.get());
        return found;
    }

    /** @param inRecovery when the start after the crash crashes too; 0 for not at all */
    private void check(Store crashed, long seed, int point, long mixedSeed, int inRecovery) {
        CrashDisk found = reboot(crashed.disk(), mixedSeed);
        try {
            if (inRecovery > 0) {
                found = crashInRecovery(found, inRecovery, mixedSeed);
            }
            check(found, crashed.copyOfModels(), mixedSeed);
            cases++;
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError(
                    scenario.name() + " fails after a " + (isPowerCut(mixedSeed) ? "power cut" : "kill")
                            + " in operation " + point + " (" + crashed.disk().last() + "), and in operation "
                            + inRecovery + " of the start; replay with " + Seeds.replay(seed, point) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private void check(CrashDisk found, Map<TopicPartition, LogModel> models, long seed) throws IOException {
        Store store = open(found, models);
        try {
            store.checkRecovered();
            store.sendAgain();
        } finally {
            store.kill();
        }
        // Seeds four apart crash in the same way.
        Store again = open(reboot(found, seed + 4), models);
        try {
            again.checkRecovered();
        } finally {
            again.kill();
        }
    }

    private Store open(CrashDisk disk, Map<TopicPartition, LogModel> models) throws IOException {
        return Store.open(disk, models, scenario.config(), scenario.journalBytes());
    }

    private CrashDisk crashInRecovery(CrashDisk disk, int point, long seed) {
        disk.crashAtOperation(disk.operations() + point);
        try {
            open(disk, Map.of()).kill();
        } catch (IOException e) {
            if (!disk.isDead()) {
                throw new AssertionError("the start failed: " + e.getMessage(), e);
            }
        }
        return reboot(disk, seed + 8);
    }
}
