package io.millrace.server;

/** The URL under which a listener can be reached from this machine. */
public final class HttpUrl {

    private HttpUrl() {}

    /** {@code http://host:port}, with brackets for IPv6 and the loopback address for a listener on all addresses. */
    public static String of(String host, int port) {
        return "http://" + authority(host, port);
    }

    /** {@code host:port}, as {@link #of}. */
    public static String authority(String host, int port) {
        String reachable = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        return (reachable.indexOf(':') >= 0 ? "[" + reachable + "]" : reachable) + ":" + port;
    }
}
