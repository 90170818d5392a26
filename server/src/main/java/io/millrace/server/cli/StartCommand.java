package io.millrace.server.cli;

import io.millrace.server.MillraceServer;
import io.millrace.server.StartupException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace start}: runs a node until it is asked to stop. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs a node in the foreground until Ctrl-C or SIGTERM.")
final class StartCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartupException, InterruptedException {
        try (StopSignal stop = StopSignal.install();
                MillraceServer server = MillraceServer.start(options.load())) {
            Banner.print(spec.commandLine().getOut(), server);
            stop.await();
        }
        return ExitCode.OK;
    }
}
