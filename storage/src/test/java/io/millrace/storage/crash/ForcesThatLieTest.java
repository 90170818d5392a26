package io.millrace.storage.crash;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.crash.disk.DiskOperation;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.crash.disk.Faults;
import io.millrace.storage.crash.disk.Faults.Outcome;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of the crash suites (T49): each force of the storage in turn only claims to be done, which is what the code would do
 * without it, and the suite must find that something is lost.
 */
@ExtendWith(Quiet.class)
class ForcesThatLieTest {

    @Test
    void withoutForcingDataTheSuiteFindsALoss() {
        findsALoss("data", Scenarios.APPEND, isForceOf(".log").or(operation -> operation.is(Kind.BLOCK_WRITE)));
    }

    @Test
    void withoutForcingTheDirectoryOfANewSegmentTheSuiteFindsALoss() {
        findsALoss("directory of a new segment", Scenarios.ROLL, isForceOfDirectory("/a-0"));
    }

    @Test
    void withoutForcingTheDirectoryOfANewLogTheSuiteFindsALoss() {
        findsALoss("directory of a new log", Scenarios.CREATE_AND_DELETE, isForceOfDirectory("/data"));
    }

    @Test
    void withoutForcingTheParentOfTheDataDirectoryTheSuiteFindsALoss() {
        findsALoss("parent of the data directory", Scenarios.CREATE_AND_DELETE, isForceOfDirectory("/"));
    }

    @Test
    void withoutForcingTheIdentityOfALogTheSuiteFindsALoss() {
        findsALoss("partition.metadata", Scenarios.CREATE_AND_DELETE, isForceOf("partition.metadata.tmp"));
    }

    @Test
    void withoutForcingTheEpochsTheSuiteFindsALoss() {
        findsALoss("leader-epochs", Scenarios.LEADER_EPOCH, isForceOf("leader-epochs.tmp"));
    }

    @Test
    void withoutForcingTheDirectoryOfTheEpochsTheSuiteFindsALoss() {
        findsALoss("directory of leader-epochs", Scenarios.LEADER_EPOCH, isForceOfDirectory("/a-0"));
    }

    @Test
    void withoutForcingTheLogStartTheSuiteFindsALoss() {
        findsALoss("log-start", Scenarios.DELETE_RECORDS, isForceOf("log-start.tmp"));
    }

    @Test
    void withoutForcingTheDirectoryOfTheLogStartTheSuiteFindsALoss() {
        findsALoss("directory of log-start", Scenarios.DELETE_RECORDS, isForceOfDirectory("/a-0"));
    }

    @Test
    void withoutForcingTheProducersBeforeTheirRecordsGoTheSuiteFindsALoss() {
        findsALoss("producers", Scenarios.RETENTION_OF_EVERYTHING, isForceOf(".producers.tmp"));
    }

    @Test
    void withoutForcingALogThatWasCutTheSuiteFindsWhatWasCutOff() {
        findsALoss("a log that was cut", Scenarios.TRUNCATION, ForcesThatLieTest::forcesAfterACut);
    }

    /** The force of a file right after it was cut; one for each run, since it remembers. */
    private static Faults forcesAfterACut() {
        Set<String> cut = new HashSet<>();
        return operation -> {
            String path = operation.path().toString();
            if (operation.is(Kind.TRUNCATE) && operation.isOn(".log")) {
                cut.add(path);
            } else if (operation.is(Kind.FORCE) && cut.remove(path)) {
                return Outcome.ONLY_CLAIMED;
            }
            return Outcome.DONE;
        };
    }

    private static Predicate<DiskOperation> isForceOf(String suffix) {
        return operation -> operation.is(Kind.FORCE) && operation.isOn(suffix);
    }

    private static Predicate<DiskOperation> isForceOfDirectory(String suffix) {
        return operation -> operation.is(Kind.FORCE_DIRECTORY) && operation.isOn(suffix);
    }

    private static void findsALoss(String what, Scenario scenario, Predicate<DiskOperation> lies) {
        findsALoss(what, scenario, () -> Faults.all(lies, Outcome.ONLY_CLAIMED));
    }

    private static void findsALoss(String what, Scenario scenario, Supplier<Faults> lies) {
        assertThatThrownBy(() -> EveryCrashPoint.on(lies, scenario))
                .as("crashes without the force of: %s", what)
                .isInstanceOf(AssertionError.class)
                .satisfies(found -> System.out.printf(
                        "mutation: no force of %s: %s%n",
                        what, found.getMessage().replaceAll("\\s+", " ").replaceAll("(.{340}).*", "$1 ...")));
    }
}
