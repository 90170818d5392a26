package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;

/** Watches partitions being moved until all are, with a bar. */
final class MoveProgress {

    private static final int BAR_WIDTH = 30;
    private static final long INTERVAL_SECONDS = 1;

    private final NodeClient client;
    private final PrintWriter out;

    /** Whether the bar is drawn over itself; otherwise there is a line for each change. */
    private final boolean terminal;

    private String last = "";

    MoveProgress(NodeClient client, PrintWriter out, boolean terminal) {
        this.client = client;
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * Blocks until nothing is moved any more.
     *
     * @param partitions how many there were at the beginning
     * @param bytes how many were to be copied
     * @return false when somebody pressed Ctrl-C before
     */
    boolean watch(StopSignal signal, int partitions, long bytes) throws InterruptedException {
        while (true) {
            JsonNode progress = client.get("/cluster/reassignments");
            int left = progress.path("partitions").size();
            long missing = Math.max(
                    0,
                    progress.path("bytes").asLong()
                            - progress.path("bytes_copied").asLong());
            show(partitions - Math.min(left, partitions), partitions, Math.max(0, bytes - missing), bytes);
            if (left == 0) {
                end();
                return true;
            }
            if (signal.await(INTERVAL_SECONDS)) {
                end();
                return false;
            }
        }
    }

    private void show(int done, int partitions, long copied, long bytes) {
        double share = bytes > 0 ? (double) copied / bytes : partitions > 0 ? (double) done / partitions : 1;
        // All bytes may be there before the new replicas are in sync.
        int filled = done == partitions ? BAR_WIDTH : Math.min(BAR_WIDTH - 1, (int) (share * BAR_WIDTH));
        String line = String.format(
                Locale.ROOT,
                "[%s%s] %d of %d partitions, %s of %s",
                "#".repeat(filled),
                ".".repeat(BAR_WIDTH - filled),
                done,
                partitions,
                ByteSize.format(Math.min(copied, bytes)),
                ByteSize.format(bytes));
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, last.length() - line.length())));
        } else if (!line.equals(last)) {
            out.println(line);
        }
        out.flush();
        last = line;
    }

    private void end() {
        if (terminal) {
            out.println();
        }
    }
}
