package io.millrace.storage.file;

import java.io.IOException;
import java.util.Locale;

/** Tells a full disk from a broken one. */
public final class DiskFailure {

    private DiskFailure() {}

    /**
     * Whether a write failed for want of space (ENOSPC, EDQUOT). Java has no type for it, only the system's words, which are
     * in English for every locale of the JDK's libraries that Millrace runs on.
     */
    public static boolean isDiskFull(IOException failure) {
        String message = failure.getMessage();
        if (message == null) {
            return false;
        }
        String words = message.toLowerCase(Locale.ROOT);
        return words.contains("no space left") || words.contains("quota exceeded");
    }
}
