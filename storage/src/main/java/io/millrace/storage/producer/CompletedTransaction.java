package io.millrace.storage.producer;

/** The offsets of a transaction from its first batch to its marker, whatever that says. */
public record CompletedTransaction(long firstOffset, long lastOffset) {}
