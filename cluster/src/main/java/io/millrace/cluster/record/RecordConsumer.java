package io.millrace.cluster.record;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** Takes the records of batches, one by one, in order. */
@FunctionalInterface
public interface RecordConsumer {

    void accept(StreamRecord record);

    /**
     * A batch whose checksum is right but whose content cannot be taken apart: its producer made it so. None of its records
     * was handed out; the batches after it will be.
     *
     * <p>Throws CORRUPT_MESSAGE unless overridden by somebody who can tell his reader of the gap.
     *
     * @param from the first offset that is missing
     * @param to the offset to go on from
     */
    default void unreadable(long from, long to, String why) {
        throw new MillraceException(
                ErrorCode.CORRUPT_MESSAGE,
                "The records from offset " + from + " up to " + to + " cannot be read: " + why + ". Go on from offset "
                        + to + ".");
    }
}
