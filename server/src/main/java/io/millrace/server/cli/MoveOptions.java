package io.millrace.server.cli;

import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How partitions are moved. */
final class MoveOptions {

    @Option(
            names = "--execute",
            description = "Carries out the plan and shows how far it is. Ctrl-C leaves it running.")
    boolean execute;

    @Option(
            names = "--throttle",
            paramLabel = "RATE",
            description = "Bytes in a second that each node takes from each leader, for example 50MB/s. Without it: the"
                    + " configuration's catchUpBytesPerSecond.")
    private String throttle;

    /** Throws a {@link CommandFailure} when it cannot be understood. */
    OptionalLong throttleBytesPerSecond() {
        return throttle == null ? OptionalLong.empty() : OptionalLong.of(ByteSize.parse("--throttle", throttle));
    }
}
