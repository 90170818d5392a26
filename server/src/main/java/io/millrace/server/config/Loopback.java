package io.millrace.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Tells whether an address can only be reached from this machine. */
final class Loopback {

    private Loopback() {}

    /** True for the addresses that stand for all interfaces. */
    static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
    }

    /** True if every address of the host is a loopback address. Resolves names, so it may block; unknown hosts are not loopback. */
    static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
