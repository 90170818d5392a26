package io.millrace.websocket.conflation;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.List;

/**
 * What records are told apart by.
 *
 * @param path names of members, from the outermost of the JSON value inwards; empty for the record's key
 */
public record ConflateBy(List<String> path) {

    /** By the record's key. */
    public static final ConflateBy KEY = new ConflateBy(List.of());

    private static final String VALUE = "value.";
    private static final int TEXT_CHARS_MAX = 1024;
    private static final int DEPTH_MAX = 32;

    public ConflateBy {
        path = List.copyOf(path);
    }

    /**
     * Reads the text of {@code conflate_by}: {@code key}, or a path such as {@code value.device}.
     *
     * @throws MillraceException INVALID_REQUEST
     */
    static ConflateBy parse(String text) {
        if (text.equals("key")) {
            return KEY;
        }
        if (!text.startsWith(VALUE) || text.length() > TEXT_CHARS_MAX) {
            throw wrong(text);
        }
        List<String> path = List.of(text.substring(VALUE.length()).split("\\.", -1));
        if (path.size() > DEPTH_MAX || path.contains("")) {
            throw wrong(text);
        }
        return new ConflateBy(path);
    }

    /** Whether values have to be looked into. */
    public boolean decodesValues() {
        return !path.isEmpty();
    }

    private static MillraceException wrong(String text) {
        return new MillraceException(
                ErrorCode.INVALID_REQUEST,
                "conflate_by: '" + text + "' is not known; write key, or a path such as value.device of at most "
                        + DEPTH_MAX + " names");
    }
}
