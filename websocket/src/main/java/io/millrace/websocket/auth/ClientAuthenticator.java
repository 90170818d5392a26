package io.millrace.websocket.auth;

import io.vertx.core.Future;

/**
 * Decides who a client is. Called on event loops, which it must not block; its futures may complete on any thread.
 */
@FunctionalInterface
public interface ClientAuthenticator {

    /** Asks nobody for anything. */
    ClientAuthenticator ANONYMOUS = credentials -> Future.succeededFuture(ClientIdentity.ANONYMOUS);

    /**
     * Who presents these credentials. Fails with SASL_AUTHENTICATION_FAILED when they are wrong, or when there are none and some are needed;
     * anything else that it fails with is answered as an error of this node.
     */
    Future<ClientIdentity> authenticate(Credentials credentials);

    /** The value of {@code WWW-Authenticate} in answers of status 401. */
    default String challenge() {
        return "Bearer realm=\"millrace\"";
    }

    /** The cookie that is a credential; null for none. */
    default String cookieName() {
        return null;
    }
}
