package io.millrace.websocket.subscription;

import io.millrace.websocket.protocol.ResumeToken;

/**
 * Where a client wants to start.
 *
 * @param from null when the client did not say
 * @param resume null when there is none
 * @param resumeName where the client put the token, for errors; null when there is none
 * @param reset what to do with positions that are not in the log
 */
public record StartRule(StartPosition from, ResumeToken resume, String resumeName, Reset reset) {

    /** From here on, whatever was said before. */
    public StartRule at(StartPosition position) {
        return new StartRule(position, null, null, reset);
    }
}
