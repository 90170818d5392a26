package io.millrace.server.http.auth;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.millrace.websocket.auth.ClientAccess;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.auth.Credentials;
import io.millrace.websocket.auth.CredentialsReader;
import io.millrace.websocket.auth.TicketOffice;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code POST /auth/ticket}: a ticket for the credentials of the request, to open one stream with (gateway protocol §10). */
public final class TicketRoutes implements RouteModule {

    private final Vertx vertx;
    private final ClientAccess access;

    /** Routes that ask this access who is there; its tickets are good for the streams of the same one. */
    public TicketRoutes(Vertx vertx, ClientAccess access) {
        this.vertx = vertx;
        this.access = access;
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.POST, "/auth/ticket").handler(this::issue);
    }

    private void issue(RoutingContext ctx) {
        QueryParameters.of(ctx, CredentialsReader.PARAMETERS);
        Credentials shown = credentials(ctx);
        Promise<ClientIdentity> identified = Promise.promise();
        Context context = vertx.getOrCreateContext();
        access.identify(shown).onComplete(result -> context.runOnContext(v -> identified.handle(result)));
        identified
                .future()
                .onComplete(GuardedHandler.of(ctx, identity -> answer(ctx, identity)), failure -> refuse(ctx, failure));
    }

    private Credentials credentials(RoutingContext ctx) {
        try {
            Credentials shown = access.credentials(ctx.request());
            if (shown instanceof Credentials.Ticket) {
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST, "ticket: does not buy another ticket; show other credentials");
            }
            return shown;
        } catch (MillraceException e) {
            challenge(ctx, e);
            throw e;
        }
    }

    private void answer(RoutingContext ctx, ClientIdentity identity) {
        JsonObject ticket = new JsonObject()
                .put("ticket", access.ticketFor(identity))
                .put("expires_in_ms", TicketOffice.LIFETIME_MS);
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(ticket.encode());
    }

    private void refuse(RoutingContext ctx, Throwable failure) {
        challenge(ctx, failure);
        ctx.fail(failure);
    }

    private void challenge(RoutingContext ctx, Throwable failure) {
        if (ClientAccess.isRefusal(failure)) {
            ctx.response().putHeader("WWW-Authenticate", access.challenge());
        }
    }
}
