package io.millrace.cluster.controller;

/** The names under which a node registers where it can be reached. */
final class Listeners {

    /** Kafka clients. */
    static final String KAFKA = "KAFKA";

    /** Other nodes. */
    static final String PEER = "PEER";

    /** Browsers, devices, and other nodes on their behalf. */
    static final String HTTP = "HTTP";

    private Listeners() {}
}
