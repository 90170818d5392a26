package io.millrace.storage.scrub;

import java.nio.file.Path;
import java.util.List;

/**
 * What the last pass, and the one that is under way, have found since the node started.
 *
 * @param passes that ended
 * @param damages bad places that the last whole pass, or the present one, has come across; at most {@link #DAMAGES_MAX}
 */
public record ScrubReport(long passes, List<Damage> damages) {

    /** Where the damage begins is enough to act on. */
    public static final int DAMAGES_MAX = 100;

    /** A segment that cannot be read to its end, and the byte of its first bad batch. */
    public record Damage(Path file, int position, String what) {}

    public ScrubReport {
        damages = List.copyOf(damages);
    }
}
