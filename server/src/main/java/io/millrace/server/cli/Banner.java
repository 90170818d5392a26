package io.millrace.server.cli;

import io.millrace.server.BuildInfo;
import io.millrace.server.MillraceServer;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What a user needs to know when a node runs: where it is and how to stop it. */
final class Banner {

    private Banner() {}

    static void print(PrintWriter out, MillraceServer server) {
        out.println(BuildInfo.current() + ", node " + server.config().node().id() + ", data in "
                + server.config().node().dataDir().toAbsolutePath().normalize());
        out.println("  Kafka      " + server.kafkaAddress());
        out.println("  HTTP       " + server.httpUrl());
        out.println("  Dashboard  " + server.httpUrl() + "/");
        out.println("Ready" + sinceProcessStart() + ". Ctrl-C stops.");
        out.flush();
    }

    /** From the moment the process was made, so that the time the JVM needs is not hidden. */
    private static String sinceProcessStart() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).toMillis())
                .map(millis -> String.format(Locale.ROOT, " in %.2f s", millis / 1000.0))
                .orElse("");
    }
}
