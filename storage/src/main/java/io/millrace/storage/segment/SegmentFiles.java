package io.millrace.storage.segment;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of segment files: the base offset in 20 digits, so that they sort, and a suffix for what is in them. */
public final class SegmentFiles {

    public static final String LOG_SUFFIX = ".log";

    /** Added to the names of a segment that compaction is writing: nobody's yet, removed at start. */
    public static final String CLEANED = ".cleaned";

    /** Added to the names of a segment that compaction has written whole: takes the place of others, also at start. */
    public static final String SWAP = ".swap";

    /** Added to the names of what compaction has replaced: removed in the background and at start. */
    public static final String DELETED = ".deleted";

    private static final Pattern LOG = Pattern.compile("([0-9]{20})\\.log");

    private SegmentFiles() {}

    public static Path path(Path directory, long baseOffset, String suffix) {
        return directory.resolve(String.format("%020d%s", baseOffset, suffix));
    }

    /** The base offset, when this is a log file. */
    public static OptionalLong baseOffset(Path path) {
        return baseOffset(path, "");
    }

    /** The base offset, when this is a log file with an addition to its name. */
    public static OptionalLong baseOffset(Path path, String addition) {
        String name = path.getFileName().toString();
        if (!name.endsWith(addition)) {
            return OptionalLong.empty();
        }
        Matcher matcher = LOG.matcher(name.substring(0, name.length() - addition.length()));
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }
}
