package io.millrace.websocket.auth;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tickets: a page that can send headers with {@code fetch}, but not with {@code WebSocket} or {@code EventSource}, gets one for its
 * credentials and puts it into the URL. A ticket is good once, for a short while, on the node that gave it out, so one that ends up in a log
 * is worth nothing. Bounded. Thread-safe.
 */
public final class TicketOffice {

    /** How long a ticket is good, in milliseconds. */
    public static final long LIFETIME_MS = 30_000;

    /** Tickets that may be out. */
    public static final int TICKETS_MAX = 10_000;

    private static final int TICKET_BYTES = 24;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    /** In the order in which they expire. */
    private final Map<String, Issued> out = new LinkedHashMap<>();

    private record Issued(ClientIdentity identity, long expiresAtMs) {}

    public TicketOffice(Clock clock) {
        this.clock = clock;
    }

    /**
     * A new ticket.
     *
     * @throws MillraceException THROTTLING_QUOTA_EXCEEDED when too many are out
     */
    public synchronized String issue(ClientIdentity identity) {
        removeExpired();
        if (out.size() >= TICKETS_MAX) {
            throw new MillraceException(
                    ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                    TICKETS_MAX + " tickets are waiting to be used; try again in " + LIFETIME_MS / 1_000 + " s");
        }
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        out.put(ticket, new Issued(identity, clock.millis() + LIFETIME_MS));
        return ticket;
    }

    /**
     * Takes a ticket back, for good.
     *
     * @throws MillraceException SASL_AUTHENTICATION_FAILED when it is not known, was used, or came too late
     */
    public synchronized ClientIdentity redeem(String ticket) {
        removeExpired();
        Issued issued = out.remove(ticket);
        if (issued == null) {
            throw new MillraceException(
                    ErrorCode.SASL_AUTHENTICATION_FAILED,
                    "ticket: is not known here; a ticket is good once, for " + LIFETIME_MS / 1_000
                            + " s, on the node that gave it out: get another one");
        }
        return issued.identity;
    }

    private void removeExpired() {
        long now = clock.millis();
        Iterator<Issued> oldest = out.values().iterator();
        while (oldest.hasNext() && oldest.next().expiresAtMs <= now) {
            oldest.remove();
        }
    }
}
