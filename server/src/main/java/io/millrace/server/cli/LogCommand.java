package io.millrace.server.cli;

import io.millrace.cluster.inspect.NodeFiles;
import io.millrace.storage.inspect.FileDump;
import io.millrace.storage.inspect.LogVerifier;
import io.millrace.storage.inspect.VerifySummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace log …}: shows and checks the files of a data directory, with or without a node at work on it. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        description = "Shows and checks the files of a data directory. Never changes them; a node may be running.",
        synopsisSubcommandLabel = "COMMAND")
final class LogCommand {

    @Spec
    private CommandSpec spec;

    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = "Prints what lies in a segment, an index or another file, or in all files of a directory.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:done", "2:the command line is wrong, or a file cannot be read"})
    int dump(
            @Parameters(paramLabel = "FILE-OR-DIR", description = "A file, a partition or a data directory.") Path path,
            @Option(
                            names = "--records",
                            description =
                                    "Prints the records in each batch too; those of the metadata log by type and field.")
                    boolean records,
            @Option(names = "--json", description = "Prints one JSON object in each line.") boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        DumpPrinter printer = json ? new JsonDump(out, records) : new TextDump(out, records);
        try {
            FileDump dump = new FileDump(NodeFiles.all());
            List<Path> files = dump.knownFiles(path);
            if (files.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE, "there is no segment, index or other file of a log in " + path);
            }
            for (Path file : files) {
                printer.begin(file);
                dump.dump(file, printer);
            }
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Checks every batch, index and small file of a data directory or of one partition.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:healthy; notes tell what the next start repairs by itself",
                "1:damaged",
                "2:the command line is wrong, or the directory cannot be read"
            })
    int verify(@Parameters(paramLabel = "DIR", description = "A data directory or a partition.") Path directory) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            VerifySummary summary =
                    LogVerifier.verify(directory, NodeFiles.all(), finding -> out.println(VerifyText.line(finding)));
            out.println(VerifyText.summary(summary));
            return summary.isHealthy() ? ExitCode.OK : ExitCode.FAILED;
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            out.flush();
        }
    }

    private static CommandFailure unreadable(IOException e) {
        String what = e instanceof NoSuchFileException missing && missing.getReason() == null
                ? "there is no file " + missing.getFile()
                : e.getMessage();
        return new CommandFailure(ExitCode.USAGE, what);
    }
}
