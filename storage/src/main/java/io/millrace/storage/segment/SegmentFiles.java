package io.millrace.storage.segment;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of segment files: the base offset in 20 digits, so that they sort, and a suffix for what is in them. */
public final class SegmentFiles {

    public static final String LOG_SUFFIX = ".log";

    private static final Pattern LOG = Pattern.compile("([0-9]{20})\\.log");

    private SegmentFiles() {}

    public static Path path(Path directory, long baseOffset, String suffix) {
        return directory.resolve(String.format("%020d%s", baseOffset, suffix));
    }

    /** The base offset, when this is a log file. */
    public static OptionalLong baseOffset(Path path) {
        Matcher matcher = LOG.matcher(path.getFileName().toString());
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }
}
