package io.millrace.server.cli;

import io.millrace.server.BuildInfo;
import io.millrace.server.StartupException;
import io.millrace.server.config.ConfigProblem;
import io.millrace.server.config.InvalidConfigException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code millrace}: the entry point, and the list of commands. */
@Command(
        name = "millrace",
        mixinStandardHelpOptions = true,
        versionProvider = MillraceCommand.Version.class,
        description = "An event-streaming server: Kafka protocol and HTTP in, WebSocket and SSE out.",
        synopsisSubcommandLabel = "COMMAND")
public final class MillraceCommand {

    /** Runs a command and ends the process with its {@link ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(commandLine(arguments).execute(arguments));
    }

    /** Every command in the order of the help text. */
    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("start", StartCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("topics", TopicsCommand::new);
        commands.put("produce", ProduceCommand::new);
        commands.put("tail", TailCommand::new);
        commands.put("cluster", ClusterCommand::new);
        commands.put("log", LogCommand::new);
        return commands;
    }

    /**
     * The command line for these arguments. Only the command that they name is made, if they name one: reading the annotations of
     * all takes longer than opening the logs.
     */
    static CommandLine commandLine(String... arguments) {
        CommandLine commandLine = new CommandLine(new MillraceCommand());
        Map<String, Supplier<Object>> commands = commands();
        if (arguments.length > 0 && commands.containsKey(arguments[0])) {
            commands.keySet().retainAll(Set.of(arguments[0]));
        }
        commands.forEach((name, command) -> commandLine.addSubcommand(name, command.get()));
        commandLine
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
