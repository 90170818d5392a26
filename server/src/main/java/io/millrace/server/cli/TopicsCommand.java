package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace topics …}: lists, makes, shows and deletes topics of a running node. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Lists, creates, describes and deletes topics of a running node.",
        synopsisSubcommandLabel = "COMMAND")
final class TopicsCommand {

    @Spec
    private CommandSpec spec;

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Prints the names of all topics.")
    int list(@Mixin NodeOptions node) {
        node.client().get("/topics").forEach(name -> out().println(name.asText()));
        return ExitCode.OK;
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Creates a topic.")
    int create(
            @Mixin NodeOptions node,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String topic,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            description = "Number of partitions; the node's default without it.")
                    Integer partitions,
            @Option(
                            names = {"-s", "--setting"},
                            paramLabel = "NAME=VALUE",
                            description = "A topic setting by its Kafka name, for example retention.ms=86400000."
                                    + " Repeatable.")
                    Map<String, String> settings) {
        ObjectNode body = NodeClient.JSON.createObjectNode().put("name", topic);
        if (partitions != null) {
            body.put("partitions", partitions);
        }
        if (settings != null) {
            body.set("config", NodeClient.JSON.valueToTree(new LinkedHashMap<>(settings)));
        }
        node.client().post("/topics", "application/json", body.toString());
        out().println("created " + topic);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Prints the settings of a topic and the offsets of its partitions.")
    int describe(@Mixin NodeOptions node, @Parameters(paramLabel = "TOPIC", description = "Its name.") String topic) {
        NodeClient client = node.client();
        String path = "/topics/" + NodeClient.escape(topic);
        JsonNode described = client.get(path);
        JsonNode partitions = client.get(path + "/partitions");
        PrintWriter out = out();
        out.println(topic);
        JsonNode own = described.path("config");
        described
                .path("effective_config")
                .properties()
                .forEach(setting -> out.printf(
                        "  %-28s %s%s%n",
                        setting.getKey(),
                        setting.getValue().asText(),
                        own.has(setting.getKey()) ? "  (set for this topic)" : ""));
        out.printf("%n  %9s %6s %6s %18s %18s%n", "partition", "leader", "epoch", "log start offset", "high watermark");
        for (JsonNode partition : partitions) {
            out.printf(
                    "  %9d %6d %6d %18d %18d%n",
                    partition.path("partition").asInt(),
                    partition.path("leader").asInt(),
                    partition.path("leader_epoch").asInt(),
                    partition.path("log_start_offset").asLong(),
                    partition.path("high_watermark").asLong());
        }
        return ExitCode.OK;
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Deletes a topic and all its records. There is no way back.")
    int delete(@Mixin NodeOptions node, @Parameters(paramLabel = "TOPIC", description = "Its name.") String topic) {
        node.client().delete("/topics/" + NodeClient.escape(topic));
        out().println("deleted " + topic);
        return ExitCode.OK;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
