package io.millrace.server.chaos;

import java.util.List;

/** Where the nodes of a test live. Nodes are numbered from 1. */
interface Hosts extends AutoCloseable {

    /** The address of a node. */
    String address(int node);

    /** What a command has to begin with to run where a node lives. */
    List<String> commandPrefix(int node);

    /** Settings that the place needs, {@code key=value}. */
    List<String> settings();

    @Override
    void close() throws Exception;

    /** All nodes on the loopback address of this machine. */
    static Hosts loopback() {
        return new Hosts() {
            @Override
            public String address(int node) {
                return "127.0.0.1";
            }

            @Override
            public List<String> commandPrefix(int node) {
                return List.of();
            }

            @Override
            public List<String> settings() {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }
}
