package io.millrace.server.http;

/** What is wrong with an address that cannot be decoded, in words for who wrote it: the decoder's own say nothing. Pure functions. */
final class AddressProblem {

    private static final String ENCODE =
            "; percent-encode what you put into an address: %20 for a space, %25 for %, %26 for & (curl: -G --data-urlencode)";

    private AddressProblem() {}

    /** Why the escapes of an address cannot be decoded; null when they can. */
    static String ofEscapes(String uri) {
        for (int at = uri.indexOf('%'); at >= 0; at = uri.indexOf('%', at + 1)) {
            if (!isDigit(uri, at + 1) || !isDigit(uri, at + 2)) {
                return "the address has a % that two hexadecimal digits do not follow (character " + (at + 1) + ": '"
                        + uri.substring(at, Math.min(at + 3, uri.length())) + "')" + ENCODE;
            }
        }
        return null;
    }

    /**
     * Why a request line was not understood, when a space in the address is to blame; else null.
     *
     * @param parserSays what the parser has taken for the version of HTTP is in it
     */
    static String ofSpaces(String parserSays) {
        return parserSays != null && parserSays.contains("version") && parserSays.matches("(?s).* HTTP/1\\.[01]\\s*")
                ? "the address has a space in it" + ENCODE
                : null;
    }

    private static boolean isDigit(String uri, int at) {
        return at < uri.length() && Character.digit(uri.charAt(at), 16) >= 0;
    }
}
