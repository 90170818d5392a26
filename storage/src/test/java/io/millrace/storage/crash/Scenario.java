package io.millrace.storage.crash;

import io.millrace.storage.LogConfig;
import java.io.IOException;

/**
 * Something that is done to a store.
 *
 * @param name as it is printed
 * @param config of all logs
 * @param prepare what comes before
 * @param step in what a crash is tried
 * @param journalBytes of the one shard; 0 for no journal
 * @param powerCuts false when no more is promised than to survive a kill
 */
record Scenario(String name, LogConfig config, Step prepare, Step step, long journalBytes, boolean powerCuts) {

    /** Done to a store, and awaited. */
    @FunctionalInterface
    interface Step {
        void run(Store store) throws IOException;
    }

    Scenario(String name, LogConfig config, Step prepare, Step step) {
        this(name, config, prepare, step, Store.SMALLEST_JOURNAL_BYTES, true);
    }

    Scenario withoutPowerCuts() {
        return new Scenario(name, config, prepare, step, journalBytes, false);
    }

    Scenario withoutJournal() {
        return new Scenario(name + " without a journal", config, prepare, step, 0, powerCuts);
    }
}
