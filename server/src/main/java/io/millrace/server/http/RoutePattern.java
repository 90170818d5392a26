package io.millrace.server.http;

/** Compares a path with a route's pattern, segment by segment; {@code :name} stands for any segment. */
final class RoutePattern {

    private RoutePattern() {}

    static boolean matches(String pattern, String path) {
        if (pattern == null) {
            return false;
        }
        String[] wanted = pattern.split("/");
        String[] given = path.split("/");
        if (wanted.length != given.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (!wanted[i].startsWith(":") && !wanted[i].equals(given[i])) {
                return false;
            }
        }
        return true;
    }
}
