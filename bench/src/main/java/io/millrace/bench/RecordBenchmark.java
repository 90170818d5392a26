package io.millrace.bench;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.delivery.ByteSink;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.RecordJson;
import io.millrace.websocket.delivery.ValueFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A JSON reading of about 200 bytes on its way in over HTTP (into a batch) and out to followers (out of a batch, into JSON). One
 * operation is one record; all of it runs on event loops.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class RecordBenchmark {

    private static final int RECORDS = 100;

    private final List<NewRecord> records = new ArrayList<>();
    private final List<StreamRecord> decoded = new ArrayList<>();
    private ByteBuffer batch;
    private RecordJson json;

    @Setup
    public void make() {
        for (int i = 0; i < RECORDS; i++) {
            String value =
                    "{\"device\":\"dev-" + i + "\",\"t\":21.5,\"humidity\":43.25,\"note\":\"" + "x".repeat(140) + "\"}";
            records.add(new NewRecord(1_732_100_000_000L + i, bytes("dev-" + i), bytes(value), List.of()));
        }
        batch = RecordBatches.build(records, 0);
        RecordBatches.forEach(batch.duplicate(), 0, decoded::add);
        json = new RecordJson("readings", 0, ValueFormat.JSON, Envelope.RECORD, true);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public ByteBuffer buildBatch() {
        return RecordBatches.build(records, 0);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void takeBatchApart(Blackhole sink) {
        RecordBatches.forEach(batch.duplicate(), 0, sink::consume);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public ByteSink writeJson() {
        ByteSink sink = new ByteSink(32 << 10);
        for (StreamRecord record : decoded) {
            json.write(record, sink);
        }
        return sink;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
