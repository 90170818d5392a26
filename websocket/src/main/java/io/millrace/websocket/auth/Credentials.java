package io.millrace.websocket.auth;

/** What a client shows of itself. None of them says its secret in {@code toString}. */
public sealed interface Credentials {

    /** Nothing. */
    Credentials NONE = new None();

    /** Nothing. */
    record None() implements Credentials {}

    /** A token: of a header, of the subprotocol entry {@code bearer.…}, of {@code ?access_token=}, or of an {@code auth} message. */
    record Bearer(String token) implements Credentials {
        @Override
        public String toString() {
            return "Bearer[…]";
        }
    }

    /** A name and a password, of an {@code Authorization} header. */
    record Basic(String user, String password) implements Credentials {
        @Override
        public String toString() {
            return "Basic[user=" + user + "]";
        }
    }

    /** A ticket of {@link TicketOffice}; authenticators are never asked about one. */
    record Ticket(String ticket) implements Credentials {
        @Override
        public String toString() {
            return "Ticket[…]";
        }
    }

    /** The value of the cookie that the authenticator named, sent by a page whose origin is allowed. */
    record Cookie(String value) implements Credentials {
        @Override
        public String toString() {
            return "Cookie[…]";
        }
    }
}
