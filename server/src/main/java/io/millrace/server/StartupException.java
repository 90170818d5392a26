package io.millrace.server;

/** Why the server did not start, in words for the user: what happened and what to do. The command line prints only that. */
public final class StartupException extends Exception {

    public StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
