package io.millrace.cluster.record;

/** Takes the headers of {@link RecordBatches#forEachHeader}. */
@FunctionalInterface
public interface HeaderConsumer {

    /** @param value may be null */
    void accept(long offset, byte[] value);
}
