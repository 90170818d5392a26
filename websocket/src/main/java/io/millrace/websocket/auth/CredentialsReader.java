package io.millrace.websocket.auth;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds the credentials of a request (gateway protocol §10). The first of these that is there counts: {@code Authorization}, {@code
 * ?ticket=}, {@code ?access_token=}, the subprotocol entry {@code bearer.…}, the cookie. Stateless.
 */
public final class CredentialsReader {

    /** Parameters of the query string that are credentials, and nothing that a stream knows. */
    public static final Set<String> PARAMETERS = Set.of("ticket", "access_token");

    private static final String BEARER_ENTRY = "bearer.";

    private final boolean takesTokensInUrls;
    private final String cookieName;

    /**
     * A reader.
     *
     * @param takesTokensInUrls whether {@code ?access_token=} is a credential, rather than an error
     * @param cookieName the cookie that is one; null for none
     */
    public CredentialsReader(boolean takesTokensInUrls, String cookieName) {
        this.takesTokensInUrls = takesTokensInUrls;
        this.cookieName = cookieName;
    }

    /**
     * Reads a request whose {@code Origin}, if it has one, is allowed already.
     *
     * @throws MillraceException SASL_AUTHENTICATION_FAILED when something is there that cannot be read, INVALID_REQUEST for a
     *     token in the URL that may not be there
     */
    public Credentials read(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return ofHeader(authorization);
        }
        Map<String, List<String>> query = query(request);
        if (query.containsKey("access_token") && !takesTokensInUrls) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "access_token: is not taken from URLs, which end up in logs; use a header, a ticket, the subprotocol entry"
                            + " bearer.TOKEN or an auth message, or set gateway.accessTokenInUrl");
        }
        if (query.containsKey("ticket")) {
            return new Credentials.Ticket(query.get("ticket").get(0));
        }
        if (query.containsKey("access_token")) {
            return new Credentials.Bearer(query.get("access_token").get(0));
        }
        Credentials entry = ofSubprotocols(request.getHeader("Sec-WebSocket-Protocol"));
        return entry != null ? entry : ofCookie(request);
    }

    private static Map<String, List<String>> query(HttpServerRequest request) {
        try {
            return new QueryStringDecoder(request.uri()).parameters();
        } catch (IllegalArgumentException e) {
            throw new MillraceException(ErrorCode.INVALID_REQUEST, "the query string is malformed: " + e.getMessage());
        }
    }

    private static Credentials ofHeader(String authorization) {
        int space = authorization.indexOf(' ');
        String scheme = (space < 0 ? authorization : authorization.substring(0, space)).toLowerCase(Locale.ROOT);
        String value = space < 0 ? "" : authorization.substring(space).strip();
        if (scheme.equals("bearer") && !value.isEmpty()) {
            return new Credentials.Bearer(value);
        }
        if (scheme.equals("basic")) {
            String decoded = decoded(Base64.getDecoder(), value, "Authorization");
            int colon = decoded.indexOf(':');
            if (colon >= 0) {
                return new Credentials.Basic(decoded.substring(0, colon), decoded.substring(colon + 1));
            }
        }
        throw unreadable("Authorization: is neither 'Bearer TOKEN' nor 'Basic BASE64(user:password)'");
    }

    private static Credentials ofSubprotocols(String offered) {
        if (offered == null) {
            return null;
        }
        for (String entry : offered.split(",")) {
            String name = entry.strip();
            if (name.toLowerCase(Locale.ROOT).startsWith(BEARER_ENTRY)) {
                return new Credentials.Bearer(decoded(
                        Base64.getUrlDecoder(),
                        name.substring(BEARER_ENTRY.length()),
                        "Sec-WebSocket-Protocol: bearer."));
            }
        }
        return null;
    }

    /** Browsers send cookies for whatever page asks them to, so without the page's origin it means nothing. */
    private Credentials ofCookie(HttpServerRequest request) {
        if (cookieName == null || request.getHeader(HttpHeaders.ORIGIN) == null) {
            return Credentials.NONE;
        }
        Cookie cookie = request.getCookie(cookieName);
        return cookie == null ? Credentials.NONE : new Credentials.Cookie(cookie.getValue());
    }

    private static String decoded(Base64.Decoder decoder, String text, String where) {
        try {
            return new String(decoder.decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw unreadable(where + " is not base64");
        }
    }

    private static MillraceException unreadable(String message) {
        return new MillraceException(ErrorCode.SASL_AUTHENTICATION_FAILED, message);
    }
}
