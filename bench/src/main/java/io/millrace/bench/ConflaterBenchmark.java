package io.millrace.bench;

import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.conflation.Conflater;
import io.millrace.websocket.conflation.Conflation;
import io.millrace.websocket.conflation.ConflationBudget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it takes to merge records of about 200 bytes between two ticks. One operation is one record. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class ConflaterBenchmark {

    private static final int RECORDS = 10_000;

    /** How many things there are. */
    @Param({"10", "1000", "100000"})
    int keys;

    /** Whether they are told apart by the key, or by a path in the value. */
    @Param({"key", "value.device"})
    String by;

    private final List<StreamRecord> records = new ArrayList<>();
    private Conflater conflater;

    @Setup
    public void make() {
        Random random = new Random(1);
        for (int i = 0; i < RECORDS; i++) {
            String device = "dev-" + random.nextInt(keys);
            String value = "{\"t\":21.5,\"device\":\"" + device + "\",\"humidity\":43.25,\"note\":\"" + "x".repeat(140)
                    + "\"}";
            records.add(new StreamRecord(i, 0, bytes(device), bytes(value), List.of()));
        }
        ConflationBudget budget =
                new ConflationBudget(Integer.MAX_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE, new AtomicLong());
        conflater = new Conflater(Conflation.parse("1s", by).by(), budget);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int merge() {
        for (int i = 0; i < RECORDS; i++) {
            conflater.add(records.get(i));
        }
        int kept = conflater.kept().size();
        conflater.clear();
        return kept;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
