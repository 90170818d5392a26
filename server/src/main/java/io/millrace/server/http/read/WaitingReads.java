package io.millrace.server.http.read;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The reads of a node that wait for records, so that none of them is left without an answer when the node stops. Thread-safe.
 */
public final class WaitingReads {

    private final Set<RecordRead> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    /**
     * Has every read that waits answered at once, with what it has, and every later one soon; all are told to connect anew, which leads elsewhere
     * where there are other nodes. There is no way back.
     */
    public void drain() {
        // Before the others are looked at: whoever comes to wait now sees it.
        draining = true;
        waiting.forEach(RecordRead::stopWaitingSoon);
    }

    boolean isDraining() {
        return draining;
    }

    void add(RecordRead read) {
        waiting.add(read);
    }

    void remove(RecordRead read) {
        waiting.remove(read);
    }
}
