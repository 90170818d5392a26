package io.millrace.cluster.group;

import java.net.InetAddress;

/**
 * Who asks, and how: members are listed with it, and the older versions of some requests are carried out in another way.
 *
 * @param clientId what the client calls itself, may be empty
 * @param address where it comes from
 * @param apiKey the request's key
 * @param version the request's version
 * @param correlationId the request's number on its connection
 */
public record GroupClient(String clientId, InetAddress address, short apiKey, short version, int correlationId) {}
