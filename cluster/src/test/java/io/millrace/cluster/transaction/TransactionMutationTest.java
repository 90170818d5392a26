package io.millrace.cluster.transaction;

import io.millrace.storage.crash.Mutations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A test of the tests (T49): leaves out one rule of transactions after the other, as {@code transaction-mutations.txt} says, and demands
 * that the test named there turns red. Takes minutes; runs with {@code -Dmillrace.mutations=true}, and with a part of a mutation's name
 * instead of {@code true} only that one.
 */
class TransactionMutationTest {

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
                        Path.of("src/test/resources/transaction-mutations.txt"),
                        System.getProperty("millrace.mutations"));
    }
}
