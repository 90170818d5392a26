package io.millrace.storage.inspect;

import io.millrace.storage.inspect.Finding.Severity;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Passes findings on as they are made, and counts them and what was looked at. */
final class Findings {

    private final Consumer<Finding> sink;
    private int damages;
    private int notes;
    private int partitions;
    private int segments;
    private long batches;
    private long bytes;

    Findings(Consumer<Finding> sink) {
        this.sink = sink;
    }

    void damage(Path file, long position, String what, String advice) {
        damages++;
        sink.accept(new Finding(Severity.DAMAGE, file, position, what, advice));
    }

    void note(Path file, long position, String what, String advice) {
        notes++;
        sink.accept(new Finding(Severity.NOTE, file, position, what, advice));
    }

    void partition() {
        partitions++;
    }

    void segment(long sizeBytes) {
        segments++;
        bytes += sizeBytes;
    }

    void batch() {
        batches++;
    }

    VerifySummary summary(boolean running) {
        return new VerifySummary(partitions, segments, batches, bytes, damages, notes, running);
    }
}
