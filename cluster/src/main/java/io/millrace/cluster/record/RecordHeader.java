package io.millrace.cluster.record;

/** One header of a record; the value may be null. Names may repeat. */
public record RecordHeader(String name, byte[] value) {}
