package io.millrace.websocket.auth;

/**
 * Who a client is, and what it may now: rights are asked for each time they matter, so an implementation can take them away. Quick,
 * thread-safe, and never blocking.
 */
public interface ClientIdentity {

    /** For {@link #expiresAtMs}: not at all. */
    long NEVER = Long.MAX_VALUE;

    /** Whoever is not asked for credentials. May everything. */
    ClientIdentity ANONYMOUS = () -> "anonymous";

    /** The name, as in {@code User:name} of Kafka's ACLs. */
    String principal();

    /** The wall clock time from which on the credentials are worth nothing; {@link #NEVER} when there is none. */
    default long expiresAtMs() {
        return NEVER;
    }

    /** READ of a topic: to follow it. */
    default boolean mayRead(String topic) {
        return true;
    }

    /** WRITE of a topic: to produce to it. */
    default boolean mayWrite(String topic) {
        return true;
    }

    /** READ of a group: to be a member of it. */
    default boolean mayJoin(String group) {
        return true;
    }
}
