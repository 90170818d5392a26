package io.millrace.websocket.subscription;

/**
 * The consumer group that a client joins.
 *
 * @param group its id
 * @param instance {@code group.instance.id} of a static member; null for none
 * @param autoCommit whether the server commits what the client's WebSocket has received
 */
public record GroupParameters(String group, String instance, boolean autoCommit) {}
