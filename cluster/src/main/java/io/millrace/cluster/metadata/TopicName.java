package io.millrace.cluster.metadata;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** The rules for topic names, which are Kafka's: 1 to 249 of {@code [a-zA-Z0-9._-]}, and not {@code .} or {@code ..}. */
public final class TopicName {

    /** A partition directory is {@code name-partition.topicId.deleted} at its longest, and file systems allow 255 bytes. */
    public static final int LENGTH_MAX = 249;

    private TopicName() {}

    /**
     * Checks a name.
     *
     * @throws MillraceException INVALID_TOPIC_EXCEPTION, saying which rule is broken
     */
    public static void validate(String name) {
        if (name == null || name.isEmpty()) {
            throw invalid("A topic name must not be empty");
        }
        if (name.equals(".") || name.equals("..")) {
            throw invalid("'" + name + "' cannot be a topic name: it means a directory");
        }
        if (name.length() > LENGTH_MAX) {
            throw invalid("A topic name has at most " + LENGTH_MAX + " characters, this one has " + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                throw invalid("Topic name '" + name + "' has an illegal character at position " + (i + 1)
                        + ": letters and digits of ASCII, '.', '_' and '-' are allowed");
            }
        }
    }

    private static boolean isLegal(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    private static MillraceException invalid(String message) {
        return new MillraceException(ErrorCode.INVALID_TOPIC_EXCEPTION, message);
    }
}
