package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.quorum.QuorumSimulation.Outcome;
import io.millrace.cluster.simulation.SimSeeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Safety of the quorum under all faults, with snapshots and a disk that is replaced (T1, T4), and that a disk that lies about one fsync is found out (T2, T3). {@code
 * -Dmillrace.simulation.seeds=20000} runs more, {@code -Dmillrace.simulation.seed=…} one.
 */
class QuorumSimulationTest {

    private static final int SEEDS = 60;
    private static final long TIME_MAX_MS = 120_000;

    /** In which a lie must be noticed at least once. */
    private static final int SEEDS_TO_FIND_A_LIE = 40;

    @TempDir
    Path directory;

    @Test
    void threeVotersAgreeWhateverFails() {
        SimSeeds seeds = SimSeeds.of("millrace.simulation.seed", SEEDS, 1);
        long began = System.nanoTime();
        List<Outcome> outcomes = new ArrayList<>();
        seeds.play(TIME_MAX_MS, seed -> outcomes.add(run(seed, 3)));
        int elections = outcomes.stream().mapToInt(Outcome::elections).sum();
        assertThat(elections)
                .as("a simulation without elections shows nothing")
                .isGreaterThan((int) seeds.played() - 1);
        System.out.printf(
                "simulation: %s, %d records committed, %d elections, %d crashes, %d ms%n",
                seeds,
                outcomes.stream().mapToInt(Outcome::records).sum(),
                elections,
                outcomes.stream().mapToInt(Outcome::crashes).sum(),
                (System.nanoTime() - began) / 1_000_000);
    }

    /**
     * What these seeds found, see {@link RememberedElection}: a node that had just begun to join is killed and remembers a leader's id but
     * not his address; a node that stood for election and lost does it again in the same epoch.
     */
    @ParameterizedTest
    @ValueSource(longs = {26142261, 26452252, 26550582})
    void seedsThatFailedOnceAreRunAgain(long seed) {
        run(seed, 3);
    }

    @Test
    void aLoneVoterKeepsWhatItHasReported() {
        for (long seed = 1; seed <= 5; seed++) {
            run(seed, 1);
        }
    }

    @Test
    void aSeedReplays() throws IOException {
        Outcome once = new QuorumSimulation(7, directory.resolve("once"), 3, SimDisk.Lie.NONE).run();
        Outcome again = new QuorumSimulation(7, directory.resolve("again"), 3, SimDisk.Lie.NONE).run();
        assertThat(again).isEqualTo(once);
    }

    @Test
    void aVoteThatIsNotForcedIsFoundOut() throws IOException {
        assertThat(failures(3, SimDisk.Lie.VOTES)).isNotEmpty();
    }

    @Test
    void anAnswerOfALoneVoterBeforeTheFlushIsFoundOut() throws IOException {
        assertThat(failures(1, SimDisk.Lie.LOG)).isNotEmpty();
    }

    private Outcome run(long seed, int nodes) {
        try {
            return new QuorumSimulation(seed, directory, nodes, SimDisk.Lie.NONE).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw new AssertionError(
                    nodes + " nodes fail with -Dmillrace.simulation.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    /** Stops at the first. */
    private List<String> failures(int nodes, SimDisk.Lie lie) throws IOException {
        List<String> failures = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS_TO_FIND_A_LIE && failures.isEmpty(); seed++) {
            try {
                new QuorumSimulation(seed, directory, nodes, lie).run();
            } catch (RuntimeException e) {
                failures.add(e.getMessage());
                System.out.printf("simulation: %s, seed %d: %s%n", lie, seed, e.getMessage());
            }
        }
        return failures;
    }
}
