package io.millrace.server;

/** Under which names a listener can be reached from this machine. */
public final class LocalUrl {

    private LocalUrl() {}

    /**
     * {@code http://host:port}, with brackets for IPv6 and the loopback address for a listener on all addresses.
     *
     * @param tls whether it is {@code https}
     */
    public static String of(String bindHost, int port, boolean tls) {
        return (tls ? "https://" : "http://") + authority(bindHost, port);
    }

    /** {@code host:port}, as {@link #of}. */
    static String authority(String bindHost, int port) {
        String host = host(bindHost);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** The host to connect to for a host that was bound. */
    static String host(String bindHost) {
        return switch (bindHost) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::", "[::]" -> "::1";
            default -> bindHost;
        };
    }
}
