package io.millrace.websocket;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.auth.ClientAuthenticator;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.auth.Credentials;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Knows alice and bob, whose names are their tokens, and answers on a thread of its own. */
public final class TestAuthenticator implements ClientAuthenticator {

    private final Map<String, Set<String>> readable = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> writable = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> joinable = new ConcurrentHashMap<>();
    private final Map<String, Long> expiresInMs = new ConcurrentHashMap<>();

    /** These topics and no others, from now on. */
    public void mayRead(String principal, String... topics) {
        readable.put(principal, Set.of(topics));
    }

    /** These topics and no others, from now on; until then those that the principal may read. */
    public void mayWrite(String principal, String... topics) {
        writable.put(principal, Set.of(topics));
    }

    /** These groups and no others, from now on; until then all. */
    public void mayJoin(String principal, String... groups) {
        joinable.put(principal, Set.of(groups));
    }

    /** How long the next identity is good. */
    public void expiresInMs(String principal, long ms) {
        expiresInMs.put(principal, ms);
    }

    public ClientIdentity identity(String principal) {
        long expiresAtMs = expiresInMs.containsKey(principal)
                ? System.currentTimeMillis() + expiresInMs.get(principal)
                : ClientIdentity.NEVER;
        return new ClientIdentity() {
            @Override
            public String principal() {
                return principal;
            }

            @Override
            public long expiresAtMs() {
                return expiresAtMs;
            }

            @Override
            public boolean mayRead(String topic) {
                return readable.get(principal).contains(topic);
            }

            @Override
            public boolean mayWrite(String topic) {
                Set<String> topics = writable.get(principal);
                return topics == null ? mayRead(topic) : topics.contains(topic);
            }

            @Override
            public boolean mayJoin(String group) {
                Set<String> groups = joinable.get(principal);
                return groups == null || groups.contains(group);
            }
        };
    }

    @Override
    public Future<ClientIdentity> authenticate(Credentials credentials) {
        return Future.fromCompletionStage(CompletableFuture.supplyAsync(() -> identity(name(credentials))));
    }

    @Override
    public String cookieName() {
        return "session";
    }

    private String name(Credentials credentials) {
        String name = null;
        if (credentials instanceof Credentials.Bearer bearer) {
            name = bearer.token();
        } else if (credentials instanceof Credentials.Cookie cookie) {
            name = cookie.value();
        } else if (credentials instanceof Credentials.Basic basic
                && basic.password().equals("secret")) {
            name = basic.user();
        }
        if ("broken".equals(name)) {
            throw new IllegalStateException("cannot be asked, for a test");
        }
        if (name == null || !readable.containsKey(name)) {
            throw new MillraceException(ErrorCode.SASL_AUTHENTICATION_FAILED, "nobody is known by these credentials");
        }
        return name;
    }
}
