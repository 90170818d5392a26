package io.millrace.cluster.idempotence;

/**
 * How long and how many idempotency keys are remembered.
 *
 * @param windowMs for how long a record that comes again is known
 * @param maxKeys how many keys this node remembers of all partitions that it leads; above it requests with new keys are refused
 */
public record IdempotencyConfig(long windowMs, int maxKeys) {

    public static IdempotencyConfig defaults() {
        return new IdempotencyConfig(900_000, 1_000_000);
    }
}
