package io.millrace.server.cli;

import io.millrace.cluster.quorum.MetadataRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.inspect.EntrySink;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Prints what {@link io.millrace.storage.inspect.FileDump} finds, in one form or another. */
abstract class DumpPrinter implements EntrySink {

    private final boolean records;

    /** Whether the file at hand is part of the metadata log. */
    private boolean metadata;

    DumpPrinter(boolean records) {
        this.records = records;
    }

    /** The next entries lie in this file. */
    final void begin(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        String name = directory == null ? "" : directory.getFileName().toString();
        metadata = name.equals(DataDirectory.METADATA_LOG) || name.equals(DataDirectory.METADATA_SNAPSHOTS);
        file(file);
    }

    abstract void file(Path file);

    abstract void metadata(MetadataRecord record);

    abstract void record(StreamRecord record);

    /** The records of a batch, whose checksum is right, cannot be taken apart. */
    abstract void unreadableRecords(long fromOffset, long toOffset, String why);

    @Override
    public boolean wantsBatches() {
        return records;
    }

    @Override
    public void batch(ByteBuffer batch) {
        if (metadata) {
            MetadataRecord.forEach(batch, this::metadata);
            return;
        }
        RecordBatches.forEach(batch, batch.getLong(0), new RecordConsumer() {
            @Override
            public void accept(StreamRecord record) {
                DumpPrinter.this.record(record);
            }

            @Override
            public void unreadable(long from, long to, String why) {
                unreadableRecords(from, to, why);
            }
        });
    }
}
