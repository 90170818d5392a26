package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the HTTP API says about the cluster, as tables. */
final class ClusterText {

    /** More moves or partitions than that are only counted. */
    private static final int SHOWN = 40;

    private ClusterText() {}

    static void status(PrintWriter out, JsonNode status) {
        out.printf(
                "Cluster %s, controller %s, metadata offset %d%n",
                status.path("cluster_id").asText(),
                text(status.path("controller"), "none"),
                status.path("metadata_offset").asLong());
        out.printf(
                "Partitions under-replicated: %d, without a leader: %d, being moved: %d%n",
                status.path("under_replicated_partitions").asInt(),
                status.path("leaderless_partitions").asInt(),
                status.path("moving_partitions").asInt());
        if (status.path("throttle_bytes_per_second").isNumber()) {
            out.printf(
                    "Replicas catch up with at most %s/s on all nodes%n",
                    ByteSize.format(status.path("throttle_bytes_per_second").asLong()));
        }
        out.println();
        TextTable table = new TextTable("node", "state", "kafka", "http", "rack", "leaders", "replicas", "out of sync");
        for (JsonNode node : status.path("nodes")) {
            table.row(
                    node.path("node").asInt(),
                    node.path("state").asText() + (node.path("drained").asBoolean() ? ", drained" : ""),
                    text(node.path("kafka"), "-"),
                    text(node.path("http"), "-"),
                    text(node.path("rack"), "-"),
                    node.path("leaders").asInt(),
                    node.path("replicas").asInt(),
                    node.path("out_of_sync").asInt());
        }
        table.print(out);
    }

    static void voters(PrintWriter out, JsonNode status) {
        JsonNode quorum = status.path("quorum");
        out.printf(
                "Metadata quorum: leader %s, epoch %d, high watermark %d%n%n",
                text(quorum.path("leader"), "none"),
                quorum.path("epoch").asInt(),
                quorum.path("high_watermark").asLong());
        TextTable table = new TextTable("node", "role", "address", "log end offset", "lag", "directory id");
        for (JsonNode voter : quorum.path("voters")) {
            boolean leads = quorum.path("leader").isInt()
                    && quorum.path("leader").asInt() == voter.path("node").asInt();
            member(table, voter, leads ? "leader" : "voter");
        }
        quorum.path("observers").forEach(observer -> member(table, observer, "observer"));
        table.print(out);
    }

    /** Nothing when every partition can be written to. */
    static void unavailable(PrintWriter out, JsonNode unavailable) {
        int total = unavailable.path("total").asInt();
        if (total == 0) {
            return;
        }
        out.printf("%n%d partitions cannot be written to with acks=all:%n", total);
        int shown = 0;
        for (JsonNode partition : unavailable.path("partitions")) {
            if (shown++ == SHOWN) {
                out.printf("  … and %d more%n", total - SHOWN);
                return;
            }
            out.printf(
                    "  %s-%d: %s (replicas %s, in sync %s, complete %s)%n      %s%n",
                    partition.path("topic").asText(),
                    partition.path("partition").asInt(),
                    partition.path("state").asText(),
                    nodes(partition.path("replicas")),
                    nodes(partition.path("isr")),
                    nodes(partition.path("complete")),
                    partition.path("advice").asText());
        }
    }

    private static void member(TextTable table, JsonNode member, String role) {
        table.row(
                member.path("node").asInt(),
                role,
                text(member.path("address"), "-"),
                text(member.path("log_end_offset"), "-"),
                text(member.path("lag"), "-"),
                member.path("directory_id").asText());
    }

    /** The plan, and what it does to each node. */
    static void plan(PrintWriter out, JsonNode status, JsonNode plan) {
        TextTable moves = new TextTable("topic", "partition", "from", "to", "bytes");
        int shown = 0;
        for (JsonNode move : plan.path("moves")) {
            if (shown++ < SHOWN) {
                moves.row(
                        move.path("topic").asText(),
                        move.path("partition").asInt(),
                        nodes(move.path("from")),
                        nodes(move.path("to")),
                        ByteSize.format(move.path("bytes").asLong()));
            }
        }
        moves.print(out);
        if (shown > SHOWN) {
            out.printf("  … and %d more%n", shown - SHOWN);
        }
        out.println();
        effects(out, status, plan);
        out.printf(
                "%n%d partitions change; %d replicas with %s are copied%n",
                shown,
                plan.path("copies").asInt(),
                ByteSize.format(plan.path("bytes").asLong()));
    }

    private static void effects(PrintWriter out, JsonNode status, JsonNode plan) {
        Map<Integer, int[]> changes = new TreeMap<>();
        for (JsonNode move : plan.path("moves")) {
            move.path("from").forEach(node -> change(changes, node)[0]--);
            move.path("to").forEach(node -> change(changes, node)[0]++);
            change(changes, move.path("from").get(0))[1]--;
            change(changes, move.path("to").get(0))[1]++;
        }
        TextTable table = new TextTable("node", "replicas", "afterwards", "to lead", "afterwards");
        for (JsonNode node : status.path("nodes")) {
            int[] change = changes.getOrDefault(node.path("node").asInt(), new int[2]);
            int replicas = node.path("replicas").asInt();
            int preferred = node.path("preferred_leaders").asInt();
            table.row(node.path("node").asInt(), replicas, replicas + change[0], preferred, preferred + change[1]);
        }
        table.print(out);
    }

    private static int[] change(Map<Integer, int[]> changes, JsonNode node) {
        return changes.computeIfAbsent(node.asInt(), id -> new int[2]);
    }

    private static String nodes(JsonNode array) {
        List<String> ids = new ArrayList<>();
        array.forEach(node -> ids.add(node.asText()));
        return ids.isEmpty() ? "-" : String.join(",", ids);
    }

    private static String text(JsonNode value, String absent) {
        return value.isNull() || value.isMissingNode() ? absent : value.asText();
    }
}
