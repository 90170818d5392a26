package io.millrace.server.cli;

import io.millrace.cluster.quorum.QuorumRecovery;
import io.millrace.cluster.quorum.QuorumStatus;
import io.millrace.cluster.recovery.RecoveryReport;
import io.millrace.cluster.recovery.RecoveryReport.Copy;
import io.millrace.cluster.recovery.RecoveryReport.KnownPartition;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** What an operator reads before and after a cluster is recovered from one node. */
final class RecoveryText {

    /** More partitions than that are only counted. */
    private static final int SHOWN = 20;

    private RecoveryText() {}

    static void found(PrintWriter out, RecoveryReport report) {
        QuorumRecovery.Found quorum = report.quorum();
        out.printf(
                "Node %d of cluster %s, directory %s%n",
                report.self().nodeId(), report.self().clusterId(), report.self().directoryId());
        out.printf("  reached by other nodes at  %s%n", report.address());
        out.printf("  voters by its metadata     %s%n", voters(report));
        out.printf(
                "  its metadata               epoch %d, log end offset %d, last change %s%n",
                quorum.epoch(), quorum.endOffset(), Instant.ofEpochMilli(quorum.lastChangeMs()));
        out.printf(
                "  by that metadata           %d nodes, %d topics, %d partitions%n",
                report.nodes().size(), report.topics(), report.partitions().size());
        out.println();
        out.printf(
                "  %d partitions are complete here: this node leads them again%n",
                report.with(Copy.COMPLETE).size());
        behind(out, report.with(Copy.BEHIND), report.self().nodeId());
        elsewhere(out, report.with(Copy.NONE));
    }

    private static String voters(RecoveryReport report) {
        return report.quorum().voters().stream()
                .map(voter -> voter.nodeId()
                        + voter.address().map(address -> " at " + address).orElse("")
                        + (isSelf(voter, report) ? " (this one)" : ""))
                .collect(Collectors.joining(", "));
    }

    private static boolean isSelf(QuorumStatus.Voter voter, RecoveryReport report) {
        return voter.directoryId().equals(report.self().directoryId());
    }

    private static void behind(PrintWriter out, List<KnownPartition> partitions, int self) {
        if (partitions.isEmpty()) {
            return;
        }
        out.printf(
                "  %d partitions are here, but were not in sync: they stay without a leader until a node that had%n"
                        + "  everything comes back, or you let node %d lead with ./millrace cluster elect --unclean%n",
                partitions.size(), self);
        list(out, partitions);
    }

    private static void elsewhere(PrintWriter out, List<KnownPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        out.printf(
                "  %d partitions are not here: their records are lost unless another node still has its disk%n",
                partitions.size());
        list(out, partitions);
    }

    private static void list(PrintWriter out, List<KnownPartition> partitions) {
        partitions.stream()
                .limit(SHOWN)
                .forEach(each -> out.printf(
                        "    %s-%d  replicas on nodes %s, complete on %s%n",
                        each.topic(), each.partition(), each.replicas(), each.inSync()));
        if (partitions.size() > SHOWN) {
            out.printf("    … and %d more%n", partitions.size() - SHOWN);
        }
    }

    static void consequences(PrintWriter out, RecoveryReport report) {
        int self = report.self().nodeId();
        out.printf("""

                What would be done: node %1$d becomes the only voter of this cluster. Its metadata, as it is, becomes that
                of the cluster.

                What is lost then:
                  - every decision after %2$s: topics, settings, which replicas were in sync. If other
                    nodes went on without this one, a partition that counts as complete above may lack the records
                    acknowledged since; nobody can tell. Look at the other nodes that are left: recover the one whose
                    epoch, and then log end offset, is the highest.
                  - records of which the lost disks had the only copies.

                Before you do it:
                  - While a majority of the voters' disks still exists, do not: start those nodes instead.
                  - Stop all other nodes. The former voters must never start again with what is left of their data:
                    move their data directories away.
                  - Make a copy of this data directory.

                Nothing is changed yet: add --accept-loss to do it.
                """, self, Instant.ofEpochMilli(report.quorum().lastChangeMs()));
    }

    static void done(PrintWriter out, RecoveryReport report, int epoch) {
        int self = report.self().nodeId();
        out.printf("""

                Done: node %1$d is the only voter of this cluster, from epoch %2$d on. Now
                  1. start node %1$d, with the configuration it had;
                  2. start the other former voters with empty data directories: they join, and vote again; nodes that
                     never voted start with the data they have;
                  3. ./millrace cluster describe lists the partitions that have no leader, and what to do about each.
                """, self, epoch);
    }
}
