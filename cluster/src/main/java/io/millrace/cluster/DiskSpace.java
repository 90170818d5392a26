package io.millrace.cluster;

/**
 * The volume that a data directory lies on.
 *
 * @param totalBytes its size
 * @param usableBytes how much of it is free for this process
 */
public record DiskSpace(long totalBytes, long usableBytes) {}
