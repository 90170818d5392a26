package io.millrace.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace tail}: follows a topic in the terminal. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = "Follows a topic of a running node, one line for each record, until Ctrl-C.")
final class TailCommand implements Callable<Integer> {

    @Mixin
    private NodeOptions node;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", description = "The topic.")
    private String topic;

    @Option(
            names = {"-f", "--from"},
            paramLabel = "POSITION",
            defaultValue = "latest",
            description =
                    "Where to begin: latest (default), earliest, last:100, ago:15m, time:2026-01-31T08:00:00Z, an offset"
                            + " (with --partition), or offsets such as 0:1043,3:88.")
    private String from;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N[,N]",
            description = "Only these partitions.")
    private String partitions;

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "Only records with this key.")
    private String key;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Ends after so many records.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--json", description = "Prints the records as the node sends them, one JSON object in each line.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        RecordFormat format = json ? RecordFormat.JSON : RecordFormat.TEXT;
        var out = spec.commandLine().getOut();
        var err = spec.commandLine().getErr();
        TopicTail tail = new TopicTail(
                node.client(),
                new TopicTail.Request(topic, from, partitions, key, format.valueFormat(), limit),
                line -> {
                    out.println(format.format(line));
                    out.flush();
                },
                note -> err.println("millrace: " + note));
        tail.run();
        return ExitCode.OK;
    }
}
