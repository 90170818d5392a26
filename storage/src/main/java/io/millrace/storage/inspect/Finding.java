package io.millrace.storage.inspect;

import java.nio.file.Path;

/**
 * Something that is not as it should be.
 *
 * @param severity whether it is damage
 * @param file where
 * @param position the byte in the file, or -1 when it is about the file as a whole
 * @param what what was found
 * @param advice what it means and what to do
 */
public record Finding(Severity severity, Path file, long position, String what, String advice) {

    /** How bad it is. */
    public enum Severity {
        /** Records or their order are at risk, or a reader would be told something wrong. */
        DAMAGE,
        /** Worth knowing, and repaired by the next start. */
        NOTE
    }
}
