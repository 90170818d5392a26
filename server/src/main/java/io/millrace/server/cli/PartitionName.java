package io.millrace.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code topic}, or {@code topic:3} for one of its partitions. */
final class PartitionName {

    private PartitionName() {}

    /** Puts {@code topic} and, if it is given, {@code partition} into a body. */
    static void put(String text, ObjectNode body) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            body.put("topic", text);
            return;
        }
        try {
            body.put("topic", text.substring(0, colon));
            body.put("partition", Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new CommandFailure(ExitCode.USAGE, "a partition is named like topic:3, with its number, not " + text);
        }
    }
}
