package io.millrace.server.cli;

import io.millrace.cluster.recovery.ClusterRecovery;
import io.millrace.cluster.recovery.RecoveryReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace cluster recover}: a cluster that lost most of its voters' disks goes on from one that is left. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "For a cluster that lost the disks of a majority of its voters, and with them the possibility to decide"
                    + " anything: makes the node with this data directory the only voter. Works on the files, while the node"
                    + " is stopped. Prints what that would mean; nothing is changed without --accept-loss.",
            "Run it on every node that is left, without --accept-loss, and recover the one that knows the newest"
                    + " metadata. Never recover two of them."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or shown what would be done",
            "1:the node runs, or its directory cannot be used for this",
            "2:the command line is wrong"
        })
final class RecoverCommand implements Callable<Integer> {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            required = true,
            description = "The data directory (node.dataDir) of the node that is left.")
    private Path directory;

    @Option(
            names = "--accept-loss",
            description =
                    "Do it: what only the lost disks had is given up, for ever. The other former voters must never"
                            + " start again with what is left of their data.")
    private boolean acceptLoss;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (ClusterRecovery recovery = ClusterRecovery.open(directory)) {
            RecoveryReport report = recovery.report();
            RecoveryText.found(out, report);
            if (recovery.isAloneAlready()) {
                out.printf("%nThere is nothing to recover: this node is the only voter already. Start it.%n");
            } else if (acceptLoss) {
                int epoch = recovery.recover();
                RecoveryText.done(out, report, epoch);
            } else {
                RecoveryText.consequences(out, report);
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        } finally {
            out.flush();
        }
    }
}
