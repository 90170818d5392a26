package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace cluster …}: who is there, and moving partitions between nodes. Any node answers for the whole cluster. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Shows the nodes of a cluster, evens out what they carry, and empties a node that is to go.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = RecoverCommand.class)
final class ClusterCommand {

    private static final String HOW_TO_CANCEL = "./millrace cluster rebalance --cancel";

    @Spec
    private CommandSpec spec;

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Prints the nodes and what they carry.")
    int status(@Mixin NodeOptions node) {
        ClusterText.status(out(), node.client().get("/cluster"));
        return ExitCode.OK;
    }

    @Command(
            name = "voters",
            mixinStandardHelpOptions = true,
            description = "Prints who agrees on the metadata, and who only follows.")
    int voters(@Mixin NodeOptions node) {
        ClusterText.voters(out(), node.client().get("/cluster"));
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description =
                    "Prints status and voters, and each partition that cannot be written to with what to do about it.")
    int describe(@Mixin NodeOptions node) {
        JsonNode status = node.client().get("/cluster");
        ClusterText.status(out(), status);
        out().println();
        ClusterText.voters(out(), status);
        ClusterText.unavailable(out(), node.client().get("/cluster/unavailable"));
        return ExitCode.OK;
    }

    @Command(
            name = "elect",
            mixinStandardHelpOptions = true,
            description =
                    "Gives each partition its preferred leader; with --unclean, gives partitions that have no leader one"
                            + " that may lack acknowledged records: those are lost then.")
    int elect(
            @Mixin NodeOptions node,
            @Parameters(
                            paramLabel = "TOPIC[:PARTITION]",
                            arity = "0..1",
                            description = "What this is about; all partitions without it.")
                    String partition,
            @Option(
                            names = "--unclean",
                            description =
                                    "For partitions without a leader. Only when those that have everything are gone"
                                            + " for good.")
                    boolean unclean) {
        ObjectNode body = NodeClient.JSON.createObjectNode().put("unclean", unclean);
        if (partition != null) {
            PartitionName.put(partition, body);
        }
        JsonNode answer = node.client().post("/cluster/leaders", "application/json", body.toString());
        out().printf(
                        "%d partitions have another leader%s%n",
                        answer.path("elected").asInt(), unclean ? ", who may lack records" : "");
        return refusals(answer);
    }

    @Command(
            name = "rebalance",
            mixinStandardHelpOptions = true,
            description =
                    "Evens out replicas and leaders over the nodes, with as little copying as possible. Prints the plan;"
                            + " nothing is changed without --execute.")
    int rebalance(
            @Mixin NodeOptions node,
            @Mixin MoveOptions options,
            @Option(names = "--cancel", description = "Takes back all moves that are under way, also those of a drain.")
                    boolean cancel)
            throws InterruptedException {
        NodeClient client = node.client();
        if (cancel) {
            return cancel(client);
        }
        return move(client, options, "/cluster/rebalance", NodeClient.JSON.createObjectNode(), "The cluster is even.");
    }

    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description =
                    "Moves everything away from a node, alive or not, and places nothing new there until it is undrained."
                            + " Prints the plan; nothing is changed without --execute.")
    int drain(
            @Mixin NodeOptions node,
            @Mixin MoveOptions options,
            @Parameters(paramLabel = "NODE", description = "Its number.") int drained)
            throws InterruptedException {
        ObjectNode body = NodeClient.JSON.createObjectNode().put("node", drained);
        int code = move(node.client(), options, "/cluster/drain", body, "Node " + drained + " has no replicas.");
        if (code == ExitCode.OK && options.execute) {
            // There may have been nothing to move.
            setDrained(node, drained, true);
            out().printf(
                            "Node %d gets no new replicas until ./millrace cluster undrain %d. If it is to go for good: stop"
                                    + " it, then ./millrace cluster remove %d%n",
                            drained, drained, drained);
        }
        return code;
    }

    @Command(
            name = "undrain",
            mixinStandardHelpOptions = true,
            description = "Lets a node that was drained get replicas again; rebalance moves some there.")
    int undrain(@Mixin NodeOptions node, @Parameters(paramLabel = "NODE", description = "Its number.") int drained) {
        setDrained(node, drained, false);
        out().println("Node " + drained
                + " gets replicas of new topics again. ./millrace cluster rebalance moves some of"
                + " those that are there to it.");
        return ExitCode.OK;
    }

    private static void setDrained(NodeOptions node, int id, boolean drained) {
        node.client()
                .put(
                        "/cluster/nodes/" + id,
                        NodeClient.JSON
                                .createObjectNode()
                                .put("drained", drained)
                                .toString());
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Forgets a node that is stopped, empty and not to come back; another one can vote in its place.")
    int remove(@Mixin NodeOptions node, @Parameters(paramLabel = "NODE", description = "Its number.") int gone) {
        node.client().delete("/cluster/nodes/" + gone);
        out().println("removed node " + gone);
        return ExitCode.OK;
    }

    private int cancel(NodeClient client) {
        JsonNode answer = client.delete("/cluster/reassignments");
        client.put("/cluster/throttle", "{\"throttle_bytes_per_second\":null}");
        out().printf(
                        "cancelled the move of %d partitions%n",
                        answer.path("cancelled").asInt());
        return refusals(answer);
    }

    private int move(NodeClient client, MoveOptions options, String path, ObjectNode body, String nothingToDo)
            throws InterruptedException {
        PrintWriter out = out();
        OptionalLong throttle = options.throttleBytesPerSecond();
        JsonNode status = client.get("/cluster");
        JsonNode plan =
                client.post(path, "application/json", body.put("dry_run", true).toString());
        if (plan.path("moves").isEmpty()) {
            out.println(nothingToDo + " There is nothing to move.");
            return ExitCode.OK;
        }
        ClusterText.plan(out, status, plan);
        if (!options.execute) {
            out.println("Nothing is changed yet: add --execute to do it.");
            return ExitCode.OK;
        }
        body.put("dry_run", false);
        throttle.ifPresent(rate -> body.put("throttle_bytes_per_second", rate));
        out.println();
        out.flush();
        // Only from here on Ctrl-C leaves something behind that must be told of.
        try (StopSignal signal = StopSignal.install()) {
            return carryOut(client, path, body, throttle.isPresent(), signal);
        }
    }

    private int carryOut(NodeClient client, String path, ObjectNode body, boolean throttled, StopSignal signal)
            throws InterruptedException {
        PrintWriter out = out();
        long beganNs = System.nanoTime();
        JsonNode begun = client.post(path, "application/json", body.toString());
        int partitions = begun.path("moves").size() - begun.path("refused").size();
        long bytes = begun.path("bytes").asLong();
        boolean done;
        try {
            done = new MoveProgress(client, out, System.console() != null).watch(signal, partitions, bytes);
        } catch (CommandFailure lost) {
            throw new CommandFailure(
                    lost.exitCode(),
                    lost.getMessage()
                            + ". The move goes on without this node: ask another one with --url how far it is, or"
                            + " cancel it with " + HOW_TO_CANCEL);
        }
        if (!done) {
            out.println("It goes on. See how far it is with ./millrace cluster status; cancel it with " + HOW_TO_CANCEL
                    + (throttled ? "; the throttle stays until then" : ""));
            out.flush();
            return ExitCode.OK;
        }
        if (throttled) {
            client.put("/cluster/throttle", "{\"throttle_bytes_per_second\":null}");
        }
        client.post("/cluster/leaders", "application/json", "");
        out.printf(
                "Done: %d partitions, %s copied in %.1f s%n",
                partitions,
                ByteSize.format(bytes),
                Duration.ofNanos(System.nanoTime() - beganNs).toMillis() / 1000.0);
        out.flush();
        return refusals(begun);
    }

    private int refusals(JsonNode answer) {
        for (JsonNode refused : answer.path("refused")) {
            out().printf(
                            "refused: %s-%d: %s%n",
                            refused.path("topic").asText(),
                            refused.path("partition").asInt(),
                            refused.path("message").asText());
        }
        return answer.path("refused").isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
