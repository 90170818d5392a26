package io.millrace.cluster.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.cluster.partition.ReplicationSimulation.Outcome;
import io.millrace.cluster.simulation.SimSeeds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Safety of replication under all faults, and that it recovers (§10). {@code -Dmillrace.simulation.seeds=20000} runs more, {@code
 * -Dmillrace.simulation.seed=…} one again.
 */
class ReplicationSimulationTest {

    private static final int SEEDS = 500;
    private static final long TIME_MAX_MS = 45_000;

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
        SimSeeds seeds = SimSeeds.of("millrace.simulation.seed", SEEDS, 1);
        long began = System.nanoTime();
        List<Outcome> outcomes = new ArrayList<>();
        seeds.play(TIME_MAX_MS, seed -> outcomes.add(run(seed)));
        long elections = sum(outcomes, Outcome::elections);
        long batches = sum(outcomes, Outcome::batches);
        assertThat(elections).as("a simulation without elections shows nothing").isGreaterThan(seeds.played());
        assertThat(batches).isGreaterThan(10 * seeds.played());
        System.out.printf(
                "simulation: %s, %d steps, %d faults, %d reigns, %d batches committed, %d ms%n",
                seeds,
                sum(outcomes, Outcome::steps),
                sum(outcomes, Outcome::faults),
                elections,
                batches,
                (System.nanoTime() - began) / 1_000_000);
    }

    private static long sum(List<Outcome> outcomes, ToLongFunction<Outcome> figure) {
        return outcomes.stream().mapToLong(figure).sum();
    }

    /** On request, as only then (§4): a part of the seeds is enough. */
    @Test
    void afterUncleanElectionsReplicasBecomeEqualButThoseThatKeepWhatWasAcknowledged() {
        SimSeeds seeds = SimSeeds.of("millrace.simulation.unclean", SEEDS, 10);
        List<Outcome> outcomes = new ArrayList<>();
        seeds.play(TIME_MAX_MS, seed -> outcomes.add(run(seed, true)));
        assertThat(sum(outcomes, Outcome::uncleanElections))
                .as("unclean elections")
                .isGreaterThan(seeds.played() / 10);
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
