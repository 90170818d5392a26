package io.millrace.cluster.coordinator;

import java.util.concurrent.CompletionStage;

/** Is told of a write that neither succeeded nor failed in time: what the library remembers may be another thing than what the log says. */
@FunctionalInterface
interface Doubts {

    /**
     * Has the partition read again, once it is known what became of the write; it is not served until then. Thread-safe, returns at once.
     *
     * @param reign that the write belongs to
     * @param outcome of the write, later
     */
    void doubt(Reign reign, CompletionStage<?> outcome);
}
