package io.millrace.websocket.session;

/**
 * Sends a client nothing for a while when it was sent more than its quota allows: what it misses meanwhile it reads from the log. Belongs to
 * the event loop of the connection.
 */
final class QuotaPause {

    private final StreamConnection connection;
    private final SessionServices services;
    private long roundBytes;
    private boolean paused;

    QuotaPause(StreamConnection connection, SessionServices services) {
        this.connection = connection;
        this.services = services;
    }

    boolean isPaused() {
        return paused;
    }

    /** So much was written in this round. */
    void sent(int bytes) {
        roundBytes += bytes;
    }

    /** Once a round, not for each write: others share the count. */
    void endRound() {
        if (roundBytes == 0) {
            return;
        }
        int pauseMs = services.quota().pauseMs(connection.identity().client(), roundBytes);
        roundBytes = 0;
        if (pauseMs > 0 && !paused) {
            paused = true;
            services.metrics().quotaPaused();
            connection.loop().delivery().context().owner().setTimer(pauseMs, timer -> {
                paused = false;
                connection.writable();
            });
        }
    }
}
