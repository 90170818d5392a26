package io.millrace.storage.inspect;

/**
 * What a verification looked at, and what it found.
 *
 * @param partitions directories
 * @param segments files of record batches
 * @param batches sound ones
 * @param bytes of all segments
 * @param damages findings that are {@link Finding.Severity#DAMAGE}
 * @param notes findings that are {@link Finding.Severity#NOTE}
 * @param running whether a node was at work on the directory
 */
public record VerifySummary(
        int partitions, int segments, long batches, long bytes, int damages, int notes, boolean running) {

    public boolean isHealthy() {
        return damages == 0;
    }
}
