package io.millrace.cluster.membership;

import java.util.Map;

/**
 * Text that all nodes see, sooner or later. What one part of a split network wrote may be lost when it heals, and both sides may write
 * at the same time: nothing that must be right may rest on it.
 *
 * <p>Thread-safe; no call blocks. Reads see a local mirror.
 */
public interface SharedMap {

    /** What is known here now; a live view that must not be changed. */
    Map<String, String> entries();

    /** Writes without waiting. A failure is logged, nothing more. */
    void put(String key, String value);

    /** Removes without waiting. */
    void remove(String key);

    /** Adds a listener for changes, called on one thread of the implementation; it must return at once. */
    void listen(Listener listener);

    @FunctionalInterface
    interface Listener {
        /** @param value null when the entry is gone */
        void onChange(String key, String value);
    }
}
