package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.cluster.partition.ReplicationSimulation.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Safety of replication under all faults, and that it recovers (§10). {@code -Dmillrace.simulation.seeds=20000} runs more, {@code
 * -Dmillrace.simulation.seed=…} one again.
 */
class ReplicationSimulationTest {

    private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 500);

    /** A machine that is busy runs fewer, unless a number was asked for. */
    private static final long TIME_MAX_MS =
            System.getProperty("millrace.simulation.seeds") == null ? 45_000 : Long.MAX_VALUE;

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.millrace");

    /**
     * Each seed restarts nodes many times: what they say about it would be all that one sees. {@code -Dmillrace.simulation.log=true} shows
     * it.
     */
    @BeforeAll
    static void beQuiet() {
        LOGGER.setLevel(Boolean.getBoolean("millrace.simulation.log") ? Level.DEBUG : Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    @Test
    void whateverFailsWhatWasAcknowledgedStaysAndAllReplicasBecomeEqual() {
        Long only = Long.getLong("millrace.simulation.seed");
        long first = only != null ? only : firstSeed();
        long last = only != null ? only : first + SEEDS - 1;
        long began = System.nanoTime();
        long steps = 0;
        long faults = 0;
        long elections = 0;
        long batches = 0;
        long seed = first;
        for (; seed <= last && (System.nanoTime() - began) / 1_000_000 < TIME_MAX_MS; seed++) {
            Outcome outcome = run(seed);
            steps += outcome.steps();
            faults += outcome.faults();
            elections += outcome.elections();
            batches += outcome.batches();
        }
        assertThat(elections).as("a simulation without elections shows nothing").isGreaterThan(seed - first);
        assertThat(batches).isGreaterThan(10 * (seed - first));
        System.out.printf(
                "simulation: seeds %d to %d, %d steps, %d faults, %d reigns, %d batches committed, %d ms%n",
                first, seed - 1, steps, faults, elections, batches, (System.nanoTime() - began) / 1_000_000);
    }

    /** The default build plays the same seeds everywhere; whoever asks for a number of them gets new ones. */
    private static long firstSeed() {
        return Integer.getInteger("millrace.simulation.seeds") == null ? 1 : System.nanoTime() >>> 20;
    }

    /** On request, as only then (§4): a part of the seeds is enough. */
    @Test
    void afterUncleanElectionsReplicasBecomeEqualButThoseThatKeepWhatWasAcknowledged() {
        Long only = Long.getLong("millrace.simulation.unclean");
        long first = only != null ? only : firstSeed();
        long last = only != null ? only : first + SEEDS / 10;
        int elected = 0;
        for (long seed = first; seed <= last; seed++) {
            elected += run(seed, true).uncleanElections();
        }
        assertThat(elected).as("unclean elections").isGreaterThan(only != null ? -1 : 5);
    }

    /** What this seed found: indexes of a segment that was sealed, and whose log was closed before they were forced. */
    @Test
    void aSeedThatFailedOnceIsRunAgain() {
        run(29480940);
    }

    @Test
    void aSeedReplays() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed));
        }
    }

    private static Outcome run(long seed) {
        return run(seed, false);
    }

    private static Outcome run(long seed, boolean unclean) {
        try {
            return new ReplicationSimulation(seed, unclean).run();
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "fails with -Dmillrace.simulation." + (unclean ? "unclean=" : "seed=") + seed + ": "
                            + e.getMessage(),
                    e.getCause());
        }
    }
}
