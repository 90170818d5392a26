package io.millrace.server.kafka;

/** Who connects to a listener: for messages to the user. */
enum ListenerAudience {
    CLIENTS("Kafka clients", "kafka"),
    PEERS("Other nodes", "cluster");

    private final String who;
    private final String section;

    ListenerAudience(String who, String section) {
        this.who = who;
        this.section = section;
    }

    String who() {
        return who;
    }

    /** The section of the configuration with its address; the limits are those of {@code kafka} for both. */
    String section() {
        return section;
    }
}
