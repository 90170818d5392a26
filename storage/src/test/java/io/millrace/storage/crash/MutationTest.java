package io.millrace.storage.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A test of the tests (T49): leaves out one check, force or order of the storage after the other, as {@code mutations.txt} says,
 * and demands that the test named there turns red. Takes minutes; runs with {@code -Dmillrace.mutations=true}, and with a part
 * of a mutation's name instead of {@code true} only that one.
 */
class MutationTest {

    @TempDir
    Path directory;

    @TestFactory
    @EnabledIfSystemProperty(
            named = "millrace.mutations",
            matches = ".+",
            disabledReason = "takes minutes; -Dmillrace.mutations=true runs it")
    Stream<DynamicTest> everyMutationTurnsATestRedWhichTakesMinutesAndRunsWhenAskedFor() throws IOException {
        return new Mutations("io.millrace.storage.", directory)
                .tests(Path.of("src/test/resources/mutations.txt"), System.getProperty("millrace.mutations"));
    }
}
