package io.millrace.cluster.peer;

import io.millrace.cluster.peer.PeerException.Kind;
import io.millrace.cluster.tls.TlsFailures;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;

/** Tells what it means that a connection could not be made. */
final class ConnectFailures {

    private ConnectFailures() {}

    /**
     * Refused only if the other machine said so. No route, an unknown name, or silence say nothing about the process there, so that
     * nobody is taken for dead because of a network that is in parts. Nor is whoever was reached, and has no certificate that suits.
     */
    static Kind kindOf(Throwable failure) {
        if (TlsFailures.isTls(failure)) {
            return Kind.PROTOCOL;
        }
        boolean refused = failure instanceof ConnectException && !(failure instanceof ConnectTimeoutException);
        return refused ? Kind.REFUSED : Kind.TIMEOUT;
    }
}
