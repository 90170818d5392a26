package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Follows a partition at one node as a stream does: watches, reads what is new, and waits where there is an error. */
final class StreamReader implements AutoCloseable {

    private static final long PAUSE_MS = 20;

    private final PartitionService service;
    private final TopicPartition partition;
    private final Vertx vertx;
    private final Context context;
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final Watch watch;
    private long position;
    private boolean reading;
    private boolean closed;

    StreamReader(Vertx vertx, PartitionService service, TopicPartition partition, long from) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.service = service;
        this.partition = partition;
        this.position = from;
        this.watch = service.watch(partition, from, this::look);
        look();
    }

    /** {@code offset=value} of each record, in the order of delivery. */
    List<String> seen() {
        return seen;
    }

    /** Errors that a stream would have ended with. */
    List<String> wrong() {
        return wrong;
    }

    private void look() {
        context.runOnContext(turn -> read());
    }

    private void read() {
        if (reading || closed) {
            return;
        }
        long highWatermark;
        try {
            highWatermark = service.offsets(partition).highWatermark();
        } catch (MillraceException e) {
            vertx.setTimer(PAUSE_MS, timer -> look());
            return;
        }
        if (highWatermark <= position) {
            return;
        }
        reading = true;
        service.read(partition, position, 1 << 20, Isolation.READ_UNCOMMITTED).onComplete(done -> {
            reading = false;
            if (done.succeeded()) {
                take(done.result());
                look();
            } else {
                wrong.add(done.cause().toString());
                vertx.setTimer(PAUSE_MS, timer -> look());
            }
        });
    }

    private void take(ReadResult result) {
        try (result) {
            position = RecordBatches.forEach(
                    result.toBuffer(),
                    position,
                    record -> seen.add(record.offset() + "=" + new String(record.value(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        watch.cancel();
        context.runOnContext(turn -> closed = true);
    }
}
