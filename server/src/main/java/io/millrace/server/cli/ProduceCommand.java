package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace produce}: writes values, or the lines of standard input, and prints where they were stored. */
@Command(
        name = "produce",
        mixinStandardHelpOptions = true,
        description = "Writes records to a topic of a running node: the values given, or each line of standard input.")
final class ProduceCommand implements Callable<Integer> {

    /** Large enough to share an fsync, small enough to answer at once when somebody types. */
    private static final int BATCH_RECORDS_MAX = 500;

    /** Well below the node's default for bodies, with base64 counted in. */
    private static final int BATCH_CHARACTERS_MAX = 1 << 20;

    @Mixin
    private NodeOptions node;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    private String topic;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "VALUE", description = "One record for each value.")
    private List<String> values = List.of();

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "The key of all records: they go to one partition and keep their order.")
    private String key;

    @Option(names = "--partition", paramLabel = "N", description = "The partition; chosen by the key without it.")
    private Integer partition;

    @Override
    public Integer call() throws IOException {
        NodeClient client = node.client();
        if (!values.isEmpty()) {
            return send(client, values);
        }
        // Lines that are there already go together; somebody who types gets an answer for each line.
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int exitCode = ExitCode.OK;
        List<String> batch = new ArrayList<>();
        int characters = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            batch.add(line);
            characters += line.length();
            if (batch.size() == BATCH_RECORDS_MAX || characters >= BATCH_CHARACTERS_MAX || !in.ready()) {
                exitCode = Math.max(exitCode, send(client, batch));
                batch.clear();
                characters = 0;
            }
        }
        return batch.isEmpty() ? exitCode : Math.max(exitCode, send(client, batch));
    }

    private int send(NodeClient client, List<String> lines) {
        ObjectNode body = NodeClient.JSON.createObjectNode();
        ArrayNode records = body.putArray("records");
        for (String line : lines) {
            ObjectNode record = records.addObject().put("value", base64(line));
            if (key != null) {
                record.put("key", base64(key));
            }
            if (partition != null) {
                record.put("partition", partition);
            }
        }
        return report(client.post(
                "/topics/" + NodeClient.escape(topic), "application/vnd.kafka.binary.v2+json", body.toString()));
    }

    private int report(JsonNode answer) {
        PrintWriter out = spec.commandLine().getOut();
        int exitCode = ExitCode.OK;
        for (JsonNode stored : answer.path("offsets")) {
            if (stored.hasNonNull("offset")) {
                out.println("partition " + stored.path("partition").asInt() + " offset "
                        + stored.path("offset").asLong());
            } else {
                JsonNode error = stored.path("message").isMissingNode() ? stored.path("error") : stored.path("message");
                spec.commandLine().getErr().println("millrace: not stored: " + error.asText());
                exitCode = ExitCode.FAILED;
            }
        }
        out.flush();
        return exitCode;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
