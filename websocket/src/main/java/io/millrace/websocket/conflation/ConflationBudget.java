package io.millrace.websocket.conflation;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much may be kept.
 *
 * @param keysMax records that one {@link Conflater} keeps
 * @param bytesMax their bytes
 * @param shareBytes what it may keep even when the node's memory for this is used up
 * @param nodeBytesMax bytes that all of the node keep, and whatever else is counted in {@code nodeBytes}
 * @param nodeBytes that count
 */
public record ConflationBudget(int keysMax, long bytesMax, long shareBytes, long nodeBytesMax, AtomicLong nodeBytes) {

    boolean isUsedUp(int keys, long bytes) {
        return keys >= keysMax || bytes >= bytesMax || (bytes >= shareBytes && nodeBytes.get() >= nodeBytesMax);
    }
}
