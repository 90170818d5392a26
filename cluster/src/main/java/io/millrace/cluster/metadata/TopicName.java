package io.millrace.cluster.metadata;

/** The rules for topic names, which are Kafka's: 1 to 249 of {@code [a-zA-Z0-9._-]}, and not {@code .} or {@code ..}. */
public final class TopicName {

    private TopicName() {}

    /**
     * Checks a name.
     *
     * @throws io.millrace.cluster.error.MillraceException INVALID_TOPIC_EXCEPTION, saying which rule is broken
     */
    public static void validate(String name) {
        throw new UnsupportedOperationException("not written yet");
    }
}
