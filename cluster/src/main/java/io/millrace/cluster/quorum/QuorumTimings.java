package io.millrace.cluster.quorum;

/**
 * The clocks of the quorum, in milliseconds.
 *
 * @param fetchTimeoutMs without a word from the leader for so long, a voter begins an election; without a majority for one and a half of
 *     it, a leader resigns
 * @param electionTimeoutMs an election takes so long at most; the real limits are random, from one to two times of it
 * @param backoffMaxMs between two elections that nobody won
 * @param requestTimeoutMs for the answer of another node
 * @param retryBackoffMs between two requests to a node that did not answer
 */
public record QuorumTimings(
        int fetchTimeoutMs, int electionTimeoutMs, int backoffMaxMs, int requestTimeoutMs, int retryBackoffMs) {

    /** A leader that is killed is replaced in 1 to 1.5 s. */
    public static QuorumTimings defaults() {
        return new QuorumTimings(1_100, 800, 200, 1_000, 20);
    }
}
