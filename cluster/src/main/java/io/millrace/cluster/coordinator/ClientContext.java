package io.millrace.cluster.coordinator;

import io.millrace.cluster.group.GroupClient;
import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** Who asks, in the library's words. */
record ClientContext(GroupClient client) implements AuthorizableRequestContext {

    @Override
    public String listenerName() {
        return "KAFKA";
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }

    @Override
    public InetAddress clientAddress() {
        return client.address();
    }

    @Override
    public int requestType() {
        return client.apiKey();
    }

    @Override
    public int requestVersion() {
        return client.version();
    }

    @Override
    public String clientId() {
        return client.clientId();
    }

    @Override
    public int correlationId() {
        return client.correlationId();
    }
}
