package io.millrace.websocket;

import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/**
 * Which web pages may open streams (gateway protocol §10). Browsers name the page's origin and let nobody else choose it; other
 * clients send none. WebSockets are not covered by the browser's own same-origin rule, so the server has to look.
 */
public final class OriginCheck {

    private final Set<String> allowed;

    /**
     * A check.
     *
     * @param allowed origins beside the server's own, such as {@code https://app.example.org}
     */
    public OriginCheck(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /**
     * Whether a request may go on.
     *
     * @param origin the {@code Origin} header, or null
     * @param server the authority that the request was sent to (its {@code Host} header), or null
     */
    public boolean isAllowed(String origin, HostAndPort server) {
        return origin == null || isListed(origin) || isSameHost(origin, server);
    }

    /** Whether the origin is one of the configured ones, so that CORS headers let its page read the answer. */
    public boolean isListed(String origin) {
        return origin != null && allowed.contains(origin);
    }

    private static boolean isSameHost(String origin, HostAndPort server) {
        if (server == null) {
            return false;
        }
        try {
            URI page = new URI(origin);
            if (page.getScheme() == null || page.getHost() == null) {
                return false;
            }
            int standardPort = page.getScheme().equals("https") ? 443 : 80;
            int pagePort = page.getPort() < 0 ? standardPort : page.getPort();
            // The scheme that the browser used is not known behind a proxy, so a server without a port has the page's.
            int serverPort = server.port() < 0 ? standardPort : server.port();
            return page.getHost().equalsIgnoreCase(server.host()) && pagePort == serverPort;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
