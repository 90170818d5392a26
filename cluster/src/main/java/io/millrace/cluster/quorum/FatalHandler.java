package io.millrace.cluster.quorum;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process after something from which the quorum cannot go on: what it promised to others may not be on the disk, or it may
 * have promised what it does not know of. A supervisor starts the node again.
 */
@FunctionalInterface
public interface FatalHandler {

    /** Must not return in production. On any thread. */
    void fatal(String what, Throwable cause);

    /** One clear line, and out: hooks that run at a normal end could write what must not be written any more. */
    static FatalHandler halting() {
        Logger log = LoggerFactory.getLogger(FatalHandler.class);
        return (what, cause) -> {
            try {
                log.error("This node ends itself: {}. Start it again once the cause is removed.", what, cause);
            } finally {
                Runtime.getRuntime().halt(70);
            }
        };
    }
}
