package io.millrace.bench;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * How long a start takes after a process with many partitions and much data was killed, and what an idle partition costs in
 * memory: {@code StartAfterKill DIRECTORY PARTITIONS MIB}. One process fills the directory and halts in the middle of appends, another
 * one opens it.
 */
public final class StartAfterKill {

    private static final int BATCH_BYTES = 64 * 1024;

    private StartAfterKill() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int partitions = Integer.parseInt(args[1]);
        long bytes = Long.parseLong(args[2]) << 20;
        if (args.length == 4 && args[3].equals("fill")) {
            fill(directory, partitions, bytes);
        } else if (args.length == 4) {
            start(directory);
        } else {
            run(args, "fill");
            run(args, "start");
        }
    }

    private static void run(String[] args, String step) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                StartAfterKill.class.getName()));
        command.addAll(List.of(args));
        command.add(step);
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static void fill(Path directory, int partitions, long bytes) throws Exception {
        LogManager logs = open(directory);
        long began = System.nanoTime();
        UUID topicId = UUID.randomUUID();
        List<CompletableFuture<PartitionLog>> created = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            created.add(logs.create(new TopicPartition(topicId, "bench", i), LogConfig.defaults())
                    .toCompletableFuture());
        }
        List<PartitionLog> all = created.stream().map(CompletableFuture::join).toList();
        System.out.printf("created %d partitions in %.1f s%n", partitions, seconds(began));
        byte[] batch = batch();
        began = System.nanoTime();
        List<CompletableFuture<AppendResult>> group = new ArrayList<>();
        for (long written = 0, i = 0; written < bytes; written += batch.length, i++) {
            group.add(all.get((int) (i % partitions))
                    .append(ByteBuffer.wrap(batch.clone()), 0, AppendOrigin.CLIENT)
                    .toCompletableFuture());
            if (group.size() == 64) {
                group.forEach(CompletableFuture::join);
                group.clear();
            }
        }
        System.out.printf(
                "wrote %d MiB in %.1f s, %d files open; killed now%n", bytes >> 20, seconds(began), openFiles());
        Runtime.getRuntime().halt(9);
    }

    private static byte[] batch() {
        List<NewRecord> records = new ArrayList<>();
        for (int size = 0; size < BATCH_BYTES; size += 1024) {
            records.add(new NewRecord(System.currentTimeMillis(), null, new byte[1000], List.of()));
        }
        ByteBuffer built = RecordBatches.build(records, System.currentTimeMillis());
        byte[] batch = new byte[built.remaining()];
        built.get(batch);
        return batch;
    }

    private static void start(Path directory) throws Exception {
        long emptyBytes = usedBytes();
        long began = System.nanoTime();
        LogManager logs = open(directory);
        System.out.printf("opened %d logs in %.2f s%n", logs.logs().size(), seconds(began));
        System.out.printf(
                "heap per partition: %d bytes%n",
                (usedBytes() - emptyBytes) / logs.logs().size());
        System.out.printf("%d files open%n", openFiles());
        began = System.nanoTime();
        logs.close();
        System.out.printf("closed in %.2f s%n", seconds(began));
        began = System.nanoTime();
        logs = open(directory);
        System.out.printf("opened again after a clean stop in %.2f s%n", seconds(began));
        logs.close();
    }

    private static LogManager open(Path directory) throws IOException {
        return LogManager.open(StorageConfig.defaults(directory), Clock.systemUTC(), StorageMetrics.NONE);
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** -1 where the system does not say. */
    private static long openFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return -1;
        }
        try (Stream<Path> files = Files.list(descriptors)) {
            return files.count();
        }
    }

    private static double seconds(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1e9;
    }
}
