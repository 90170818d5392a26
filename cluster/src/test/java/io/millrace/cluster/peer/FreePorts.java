package io.millrace.cluster.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Ports for servers whose port must be known before they listen, or stay the same while they are down.
 *
 * <p>They are not those that the kernel hands out for port 0: of these it also gives every outgoing connection one, so that one that was
 * free a moment ago is taken by whoever connects next, as another node of the same cluster does. Nobody takes one of these unasked, and
 * each is given once in this process. On any thread.
 */
public final class FreePorts {

    private static final Path EPHEMERAL_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int EPHEMERAL_FROM_DEFAULT = 32_768;
    private static final int EPHEMERAL_FROM_MIN = 4_096;

    private static final int TO = firstEphemeral();
    private static final int FROM = TO / 2;
    private static final AtomicInteger GIVEN =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(TO - FROM));

    private FreePorts() {}

    /** A port that nobody listens on. */
    public static int next() {
        for (int tries = FROM; tries < TO; tries++) {
            int port = FROM + Math.floorMod(GIVEN.getAndIncrement(), TO - FROM);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("every port from " + FROM + " to " + (TO - 1) + " is taken");
    }

    /** Several, all different. */
    public static int[] next(int count) {
        return IntStream.generate(FreePorts::next).limit(count).toArray();
    }

    private static boolean isFree(int port) {
        try (ServerSocket ignored = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A kernel that was told to take nearly all ports leaves none aside: then these are as good as any. */
    private static int firstEphemeral() {
        try {
            int first =
                    Integer.parseInt(Files.readString(EPHEMERAL_RANGE).strip().split("\\s+")[0]);
            return first < EPHEMERAL_FROM_MIN ? EPHEMERAL_FROM_DEFAULT : first;
        } catch (IOException e) {
            return EPHEMERAL_FROM_DEFAULT;
        }
    }
}
