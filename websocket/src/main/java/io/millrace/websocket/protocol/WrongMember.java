package io.millrace.websocket.protocol;

/** A member of a message is not what it must be; the message begins with its name. */
final class WrongMember extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongMember(String message) {
        super(message, null, false, false);
    }
}
