package io.millrace.cluster.transaction;

/** A partition in a transaction, by name: a topic that is created again takes over what its predecessor left undecided. */
public record TransactionPartition(String topic, int partition) {}
