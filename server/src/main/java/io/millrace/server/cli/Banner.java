package io.millrace.server.cli;

import io.millrace.server.BuildInfo;
import io.millrace.server.MillraceServer;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
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
        out.printf(Locale.ROOT, "Ready in %.2f s. Ctrl-C stops.%n", secondsSinceJvmStart());
        out.flush();
    }

    /** From the moment the JVM began, so that the time it needs for itself is not hidden. */
    private static double secondsSinceJvmStart() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
    }
}
