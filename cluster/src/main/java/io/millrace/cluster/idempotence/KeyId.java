package io.millrace.cluster.idempotence;

/** An idempotency key with its principal and the number of the record in its request: the first 128 bits of their SHA-256. */
public record KeyId(long high, long low) {}
