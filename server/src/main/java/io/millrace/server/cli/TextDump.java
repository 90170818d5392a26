package io.millrace.server.cli;

import io.millrace.cluster.quorum.MetadataRecord;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.storage.inspect.FileEntry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;

/** One line for each entry, for people. */
final class TextDump extends DumpPrinter {

    private final PrintWriter out;

    TextDump(PrintWriter out, boolean records) {
        super(records);
        this.out = out;
    }

    @Override
    void file(Path file) {
        out.println(file);
    }

    @Override
    public void entry(FileEntry entry) {
        out.println("  " + (entry instanceof FileEntry.Batch batch ? batch(batch) : DumpText.fields(entry)));
    }

    private static String batch(FileEntry.Batch batch) {
        StringBuilder line = new StringBuilder(String.format(
                "@%-9d offsets %d..%d  records %d  epoch %d  %d bytes  codec %s  crc %s  %s %s",
                batch.position(),
                batch.baseOffset(),
                batch.lastOffset(),
                batch.recordsCount(),
                batch.leaderEpoch(),
                batch.sizeBytes(),
                batch.codec(),
                batch.crcOk() ? "ok" : "WRONG",
                batch.timestampType(),
                times(batch)));
        if (batch.producerId() >= 0) {
            line.append(String.format(
                    "  producer %d epoch %d sequence %d",
                    batch.producerId(), batch.producerEpoch(), batch.baseSequence()));
        }
        if (batch.transactional()) {
            line.append("  transactional");
        }
        if (batch.control()) {
            line.append("  control");
        }
        return line.toString();
    }

    private static String times(FileEntry.Batch batch) {
        Instant first = Instant.ofEpochMilli(batch.baseTimestampMs());
        Instant largest = Instant.ofEpochMilli(batch.maxTimestampMs());
        return first.equals(largest) ? first.toString() : first + ".." + largest;
    }

    @Override
    void record(StreamRecord record) {
        out.printf(
                "    %d  %s  %s  %s%n",
                record.offset(),
                Instant.ofEpochMilli(record.timestampMs()),
                DumpText.printable(record.key()),
                DumpText.printable(record.value()));
        record.headers()
                .forEach(header -> out.printf(
                        "      header %s: %s%n",
                        DumpText.printable(header.name()), DumpText.printable(header.value())));
    }

    @Override
    void metadata(MetadataRecord record) {
        out.printf(
                "    %d  %s  %s  %s%n",
                record.offset(),
                Instant.ofEpochMilli(record.timestampMs()),
                record.type(),
                DumpText.printable(record.data().toString()));
    }

    @Override
    void unreadableRecords(long fromOffset, long toOffset, String why) {
        out.printf("    the records from offset %d up to %d cannot be read: %s%n", fromOffset, toOffset, why);
    }
}
