package io.millrace.storage.epoch;

/** A leader epoch and the log end offset at the moment when it began. */
public record EpochStart(int leaderEpoch, long startOffset) {

    boolean mayBeFollowedBy(EpochStart next) {
        return next.leaderEpoch > leaderEpoch && next.startOffset > startOffset;
    }
}
