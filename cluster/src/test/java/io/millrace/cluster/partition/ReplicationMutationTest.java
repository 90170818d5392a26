package io.millrace.cluster.partition;

import io.millrace.storage.crash.Mutations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A test of the tests (T49): leaves out one rule of replication after the other, as {@code replication-mutations.txt} says, and demands
 * that the test named there turns red. Takes minutes; runs with {@code -Dmillrace.mutations=true}, and with a part of a mutation's name
 * instead of {@code true} only that one.
 */
class ReplicationMutationTest {

    @TempDir
    Path directory;

    @TestFactory
    @EnabledIfSystemProperty(
            named = "millrace.mutations",
            matches = ".+",
            disabledReason = "takes minutes; -Dmillrace.mutations=true runs it")
    Stream<DynamicTest> everyMutationTurnsATestRedWhichTakesMinutesAndRunsWhenAskedFor() throws IOException {
        return new Mutations("io.millrace.cluster.", directory)
                .tests(
                        Path.of("src/test/resources/replication-mutations.txt"),
                        System.getProperty("millrace.mutations"));
    }
}
