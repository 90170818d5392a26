package io.millrace.server.cli;

import io.millrace.storage.inspect.Finding;
import io.millrace.storage.inspect.VerifySummary;
import java.util.Locale;

/** What {@code log verify} says. */
final class VerifyText {

    private VerifyText() {}

    /** {@code damage  data/readings-0/….log, byte 79: what was found. What it means and what to do.} */
    static String line(Finding finding) {
        return finding.severity().name().toLowerCase(Locale.ROOT) + "  " + finding.file()
                + (finding.position() < 0 ? "" : ", byte " + finding.position())
                + ": " + finding.what() + ". " + finding.advice();
    }

    static String summary(VerifySummary summary) {
        String verdict = summary.isHealthy() ? "healthy" : "damaged";
        return verdict + ": " + count(summary.partitions(), "partition") + ", " + count(summary.segments(), "segment")
                + ", " + count(summary.batches(), "sound batch", "sound batches") + ", "
                + count(summary.bytes(), "byte") + "; " + count(summary.damages(), "damage") + ", "
                + count(summary.notes(), "note")
                + (summary.running() ? " (beside a running node: what it wrote since is not looked at)" : "");
    }

    private static String count(long number, String one) {
        return count(number, one, one + "s");
    }

    private static String count(long number, String one, String several) {
        return number + " " + (number == 1 ? one : several);
    }
}
