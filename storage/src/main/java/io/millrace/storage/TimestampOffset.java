package io.millrace.storage;

/** A record found by time: its timestamp, its offset and the leader epoch under which it was appended. */
public record TimestampOffset(long timestampMs, long offset, int leaderEpoch) {}
