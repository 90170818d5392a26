package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process, killed in the middle of its work. */
class ProcessKillTest {

    private static final int ACKNOWLEDGED_BEFORE_KILL = 400;

    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedRecordOfAKilledProcessIsThereInOrderAndOnce() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appender.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long acknowledged = 0;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("durable ")) {
                    acknowledged = Long.parseLong(line.substring(8));
                }
                if (acknowledged >= ACKNOWLEDGED_BEFORE_KILL) {
                    // What it still has acknowledged and written to the pipe is read to the end.
                    child.toHandle().destroyForcibly();
                }
            }
        } finally {
            child.toHandle().destroyForcibly();
            child.waitFor(20, TimeUnit.SECONDS);
        }
        assertThat(acknowledged).isGreaterThanOrEqualTo(ACKNOWLEDGED_BEFORE_KILL);
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            List<String> values = readAll(log);
            assertThat(values.size()).isGreaterThanOrEqualTo((int) acknowledged);
            for (int i = 0; i < values.size(); i++) {
                assertThat(values.get(i)).isEqualTo("value-" + i);
            }
        }
    }

    /** Appends without end and says what is durable. */
    public static final class Appender {
        private Appender() {}

        public static void main(String[] args) throws IOException {
            LogManager logs = TestLogs.open(Path.of(args[0]));
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(10_000));
            log.onDurable((source, durable) -> {
                System.out.println("durable " + durable);
                System.out.flush();
            });
            for (int i = 0; ; i++) {
                TestLogs.await(log.append(TestBatch.of("value-" + i).build(), 0, AppendOrigin.CLIENT));
            }
        }
    }
}
