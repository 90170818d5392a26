package io.millrace.websocket.auth;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.ErrorJson;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;

/** Lets clients in: asks the authenticator, or takes a ticket, and counts who was turned away. Thread-safe. */
public final class ClientAccess {

    private final ClientAuthenticator authenticator;
    private final CredentialsReader reader;
    private final TicketOffice tickets;
    private final GatewayMetrics metrics;
    private final Clock clock;

    /**
     * An access.
     *
     * @param takesTokensInUrls whether {@code ?access_token=} is a credential
     */
    public ClientAccess(
            ClientAuthenticator authenticator, boolean takesTokensInUrls, GatewayMetrics metrics, Clock clock) {
        this.authenticator = authenticator;
        this.reader = new CredentialsReader(takesTokensInUrls, authenticator.cookieName());
        this.tickets = new TicketOffice(clock);
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * What a request shows of its client.
     *
     * @throws MillraceException SASL_AUTHENTICATION_FAILED, INVALID_REQUEST
     */
    public Credentials credentials(HttpServerRequest request) {
        try {
            return reader.read(request);
        } catch (MillraceException e) {
            count(e);
            throw e;
        }
    }

    /**
     * Who shows this. Fails with SASL_AUTHENTICATION_FAILED; complete at once where nobody has to be asked. May complete on any thread.
     */
    public Future<ClientIdentity> identify(Credentials credentials) {
        return asked(credentials)
                .map(identity -> {
                    if (remainingMs(identity) <= 0) {
                        throw new MillraceException(
                                ErrorCode.SASL_AUTHENTICATION_FAILED, "the credentials have expired; get new ones");
                    }
                    return identity;
                })
                .onFailure(failure -> {
                    // Who shows nothing may be about to.
                    if (credentials != Credentials.NONE) {
                        count(failure);
                    }
                });
    }

    private Future<ClientIdentity> asked(Credentials credentials) {
        try {
            return credentials instanceof Credentials.Ticket ticket
                    ? Future.succeededFuture(tickets.redeem(ticket.ticket()))
                    : authenticator.authenticate(credentials);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    /** A ticket for somebody who was identified; throws as {@link TicketOffice#issue}. */
    public String ticketFor(ClientIdentity identity) {
        return tickets.issue(identity);
    }

    /** How long an identity is good; {@link ClientIdentity#NEVER} when that has no end. */
    public long remainingMs(ClientIdentity identity) {
        long at = identity.expiresAtMs();
        return at == ClientIdentity.NEVER ? at : at - clock.millis();
    }

    /** The value of {@code WWW-Authenticate}. */
    public String challenge() {
        return authenticator.challenge();
    }

    private void count(Throwable failure) {
        if (isRefusal(failure)) {
            metrics.authenticationFailed();
        }
    }

    /** Whether the client is to blame, rather than whoever was to decide. */
    public static boolean isRefusal(Throwable failure) {
        return ErrorJson.asAnswer(failure).code() == ErrorCode.SASL_AUTHENTICATION_FAILED;
    }
}
