package io.millrace.server.kafka;

/** Who connects to a listener: for messages to the user. */
enum ListenerAudience {
    CLIENTS(
            "Kafka clients",
            "kafka",
            "set security.protocol=PLAINTEXT in the client",
            "set security.protocol=SSL in the client"),
    PEERS(
            "Other nodes",
            "cluster",
            "set cluster.tls on all nodes, or on none",
            "set cluster.tls on all nodes, or on none");

    private final String who;
    private final String section;
    private final String adviceForTls;
    private final String adviceForPlainText;

    ListenerAudience(String who, String section, String adviceForTls, String adviceForPlainText) {
        this.who = who;
        this.section = section;
        this.adviceForTls = adviceForTls;
        this.adviceForPlainText = adviceForPlainText;
    }

    /** What to do when somebody speaks TLS to a port that does not. */
    String adviceForTls() {
        return adviceForTls;
    }

    /** What to do when somebody speaks plain text to a port with TLS. */
    String adviceForPlainText() {
        return adviceForPlainText;
    }

    String who() {
        return who;
    }

    /** The section of the configuration with its address; the limits are those of {@code kafka} for both. */
    String section() {
        return section;
    }
}
