package io.millrace.cluster.quorum;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.QuorumStateStore;
import org.apache.kafka.server.common.KRaftVersion;

/**
 * What one node has on its disk: the vote, and its log. A crash comes in the middle of a change with some probability, and takes what
 * was not forced. A disk that lies says that it has forced what it has not.
 */
final class SimDisk implements QuorumStateStore {

    /** The process dies here. No exception, so that nobody handles it. */
    static final class Crash extends Error {
        Crash() {
            super("crash", null, false, false);
        }
    }

    /** Which promise a disk does not keep. */
    enum Lie {
        NONE,
        VOTES,
        LOG
    }

    private final Random random;
    private final Lie lie;
    private double crashProbability;
    private ElectionState vote;
    private ElectionState forcedVote;

    /** Changes of the log that are not forced yet, oldest first. */
    private final List<Runnable> undo = new ArrayList<>();

    SimDisk(Random random, Lie lie) {
        this.random = random;
        this.lie = lie;
    }

    void crashProbability(double probability) {
        crashProbability = probability;
    }

    /** Perhaps the process ends now. */
    void mayCrash() {
        if (random.nextDouble() < crashProbability) {
            throw new Crash();
        }
    }

    /** The log grew; {@code takeBack} undoes it, when the power goes before it was forced. */
    void logChanged(Runnable takeBack) {
        if (lie == Lie.LOG) {
            undo.add(takeBack);
        }
    }

    /** What a lying disk forces in its own time. */
    void settle() {
        undo.clear();
        forcedVote = vote;
    }

    void powerCut() {
        for (int i = undo.size() - 1; i >= 0; i--) {
            undo.get(i).run();
        }
        undo.clear();
        vote = forcedVote;
    }

    @Override
    public Optional<ElectionState> readElectionState() {
        return Optional.ofNullable(vote);
    }

    @Override
    public void writeElectionState(ElectionState latest, KRaftVersion kraftVersion) {
        mayCrash();
        vote = latest;
        if (lie != Lie.VOTES) {
            forcedVote = latest;
        }
        mayCrash();
    }

    @Override
    public Path path() {
        return Path.of("vote");
    }

    @Override
    public void clear() {
        vote = null;
        forcedVote = null;
    }
}
