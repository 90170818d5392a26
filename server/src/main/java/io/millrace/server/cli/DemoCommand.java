package io.millrace.server.cli;

import io.millrace.server.MillraceServer;
import io.millrace.server.StartupException;
import io.millrace.server.config.MillraceConfig;
import io.millrace.server.demo.Demo;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace demo}: a node with devices that post to it, to look at. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Runs a node and simulated devices that post readings to it over HTTP, and machines that do so over the"
                        + " Kafka protocol. Data goes to ./data/demo unless node.dataDir says otherwise.")
final class DemoCommand implements Callable<Integer> {

    private static final List<String> PRESETS = List.of("node.dataDir=./data/demo");

    @Mixin
    private ConfigOptions options;

    @Spec
    private CommandSpec spec;

    @Option(names = "--devices", paramLabel = "N", defaultValue = "50", description = "How many devices (50).")
    private int devices;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "3",
            description = "About how many readings each device posts in a second (3).")
    private double ratePerSecond;

    @Option(names = "--seconds", paramLabel = "N", description = "Ends by itself after so many seconds.")
    private Long seconds;

    @Override
    public Integer call() throws StartupException, InterruptedException {
        if (devices < 1 || devices > 10_000) {
            throw new CommandFailure(ExitCode.USAGE, "--devices takes 1 to 10000, not " + devices);
        }
        if (!(ratePerSecond >= 0.01 && ratePerSecond <= 100)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--rate takes 0.01 to 100 readings a second, not " + ratePerSecond);
        }
        MillraceConfig config = options.load(PRESETS);
        try (StopSignal stop = StopSignal.install();
                MillraceServer server = MillraceServer.start(config);
                Demo demo = Demo.start(server, devices, ratePerSecond)) {
            PrintWriter out = spec.commandLine().getOut();
            Banner.print(out, server);
            printSuggestions(out, server, demo);
            if (seconds == null) {
                stop.await();
            } else {
                stop.await(seconds);
            }
            out.println(demo.summary());
            out.flush();
        }
        return ExitCode.OK;
    }

    private void printSuggestions(PrintWriter out, MillraceServer server, Demo demo) {
        String records = server.httpUrl() + "/topics/" + Demo.TOPIC;
        out.println();
        out.println(devices + " devices post to topic '" + Demo.TOPIC + "' over HTTP, " + demo.machines()
                + " machines over the Kafka protocol. Look at it:");
        out.println("  " + server.httpUrl() + "/");
        out.println("Try, in another terminal:");
        out.println("  curl -d '{\"device\":\"me\",\"t\":99.5}' -H 'Content-Type: application/json' '" + records
                + "/records?key=me'");
        out.println("  curl -N -H 'Accept: text/event-stream' '" + records + "/stream?from=last:3'");
        out.println("  kcat -b " + server.kafkaAddress() + " -t " + Demo.TOPIC + " -C -o beginning -c 5");
        out.flush();
    }
}
