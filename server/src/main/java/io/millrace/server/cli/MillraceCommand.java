package io.millrace.server.cli;

import io.millrace.server.BuildInfo;
import io.millrace.server.StartupException;
import io.millrace.server.config.ConfigProblem;
import io.millrace.server.config.InvalidConfigException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code millrace}: the entry point, and the list of commands. */
@Command(
        name = "millrace",
        mixinStandardHelpOptions = true,
        versionProvider = MillraceCommand.Version.class,
        description = "An event-streaming server: Kafka protocol and HTTP in, WebSocket and SSE out.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StartCommand.class,
            DemoCommand.class,
            TopicsCommand.class,
            ProduceCommand.class,
            TailCommand.class
        })
public final class MillraceCommand {

    /** Runs a command and ends the process with its {@link ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new MillraceCommand())
                .setExecutionExceptionHandler((e, failed, parsed) -> explain(e, failed.getErr()))
                .setUsageHelpAutoWidth(true)
                .setAbbreviatedOptionsAllowed(false);
        describeExitCodes(commandLine);
        return commandLine;
    }

    /** What the user can act on is printed as it is; only our own bugs come with a stack trace. */
    private static int explain(Exception e, PrintWriter err) throws Exception {
        if (e instanceof CommandFailure failure) {
            err.println("millrace: " + failure.getMessage());
            return failure.exitCode();
        }
        if (e instanceof InvalidConfigException invalid) {
            err.println("millrace: the configuration cannot be used");
            for (ConfigProblem problem : invalid.problems()) {
                err.println("  " + problem);
            }
            return ExitCode.FAILED;
        }
        if (e instanceof StartupException) {
            err.println("millrace: " + e.getMessage());
            return ExitCode.FAILED;
        }
        throw e;
    }

    private static void describeExitCodes(CommandLine commandLine) {
        Map<String, String> codes = new LinkedHashMap<>();
        Arrays.stream(ExitCode.HELP).map(line -> line.split(":", 2)).forEach(parts -> codes.put(parts[0], parts[1]));
        commandLine
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                BuildInfo.current().toString(),
                "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"
            };
        }
    }
}
