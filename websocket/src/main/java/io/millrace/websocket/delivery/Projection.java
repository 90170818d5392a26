package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Which members of a JSON value are sent: the {@code fields} parameter. Equal selections are equal, in whatever order they were
 * written.
 *
 * @param members by name, what is sent of them; empty sends all of it
 */
public record Projection(Map<String, Projection> members) {

    /** Sends values whole. */
    public static final Projection WHOLE = new Projection(Map.of());

    private static final int TEXT_BYTES_MAX = 1024;
    private static final int DEPTH_MAX = 32;

    public Projection {
        members = Map.copyOf(members);
    }

    /**
     * Reads the text of {@code fields}: paths such as {@code t,site.name}.
     *
     * @throws MillraceException INVALID_REQUEST
     */
    public static Projection parse(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > TEXT_BYTES_MAX) {
            throw wrong("is longer than " + TEXT_BYTES_MAX + " bytes");
        }
        Node root = new Node();
        for (String path : text.split(",", -1)) {
            String[] names = path.split("\\.", -1);
            if (names.length > DEPTH_MAX) {
                throw wrong("a path has more than " + DEPTH_MAX + " names");
            }
            Node at = root;
            for (String name : names) {
                if (name.isEmpty()) {
                    throw wrong("'" + text + "' is not a list of paths, such as t,site.name");
                }
                at = at.members.computeIfAbsent(name, n -> new Node());
            }
            at.whole = true;
        }
        return root.toProjection();
    }

    /** Whether nothing is left out. */
    public boolean isWhole() {
        return members.isEmpty();
    }

    private static MillraceException wrong(String what) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, "fields: " + what);
    }

    private static final class Node {
        private final Map<String, Node> members = new HashMap<>();
        private boolean whole;

        Projection toProjection() {
            if (whole) {
                // A path that ends here is wider than those that go on.
                return WHOLE;
            }
            Map<String, Projection> result = new HashMap<>();
            members.forEach((name, node) -> result.put(name, node.toProjection()));
            return new Projection(result);
        }
    }
}
