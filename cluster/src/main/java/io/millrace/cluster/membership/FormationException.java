package io.millrace.cluster.membership;

/** A node cannot become part of a cluster; the message tells the user why and what to do. */
public final class FormationException extends RuntimeException {

    public FormationException(String message) {
        super(message, null, false, false);
    }
}
