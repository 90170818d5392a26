package io.millrace.storage.batch;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The checks of an append that need nothing but its bytes. They run on the thread that calls append, before the shard sees
 * the batches; what depends on the log (sequences, offsets, epochs) is checked there.
 */
public final class BatchValidator {

    private BatchValidator() {}

    /**
     * Checks that a buffer holds whole, sound batches.
     *
     * @return the number of batches, at least 1
     * @throws LogException saying what is wrong with which batch
     */
    public static int validate(ByteBuffer batches, AppendOrigin origin, LogConfig config) {
        int count = 0;
        int at = batches.position();
        int end = batches.limit();
        while (at < end) {
            int sizeBytes = checkedSize(batches, at, end);
            if (origin != AppendOrigin.REPLICATION) {
                checkSize(sizeBytes, config.maxMessageBytes());
                checkCounts(batches, at);
            }
            checkCrc(batches, at);
            if (origin == AppendOrigin.CLIENT) {
                checkProducer(batches, at);
                if (config.compact()) {
                    checkKeys(batches, at);
                }
            }
            at += sizeBytes;
            count++;
        }
        if (count == 0) {
            throw new LogException.CorruptBatch("the append holds no record batch");
        }
        return count;
    }

    /**
     * Checks one batch's checksum.
     *
     * @throws LogException.CorruptBatch when it is wrong
     */
    public static void checkCrc(ByteBuffer batches, int at) {
        if (!BatchHeader.isCrcValid(batches, at)) {
            throw new LogException.CorruptBatch(
                    "the CRC32C of a record batch is wrong: it was damaged on its way here. Send it again.");
        }
    }

    /** The size of the batch at a position, after checking format and length against what is there. */
    private static int checkedSize(ByteBuffer batches, int at, int end) {
        if (end - at > BatchHeader.MAGIC_POSITION) {
            byte magic = BatchHeader.magic(batches, at);
            if (magic == 0 || magic == 1) {
                throw new LogException.UnsupportedFormat(
                        "message format v" + magic
                                + " is not stored, only v2 (record batches, since Kafka 0.11). Set the client to a newer version.");
            }
            if (magic != BatchHeader.MAGIC) {
                throw new LogException.CorruptBatch("unknown message format v" + magic);
            }
        }
        if (end - at < BatchHeader.SIZE_BYTES) {
            throw new LogException.CorruptBatch(
                    (end - at) + " bytes are left where a record batch of at least 61 bytes was expected");
        }
        int sizeBytes = BatchHeader.sizeBytes(batches, at);
        if (sizeBytes < BatchHeader.SIZE_BYTES || sizeBytes > end - at) {
            throw new LogException.CorruptBatch("a record batch says it has " + sizeBytes + " bytes, but " + (end - at)
                    + " are there (61 at least)");
        }
        return sizeBytes;
    }

    private static void checkSize(int sizeBytes, int maxMessageBytes) {
        if (sizeBytes > maxMessageBytes) {
            throw new LogException.BatchTooLarge("a record batch of " + sizeBytes
                    + " bytes is over max.message.bytes = " + maxMessageBytes + " of this topic");
        }
    }

    private static void checkCounts(ByteBuffer batches, int at) {
        int records = BatchHeader.recordsCount(batches, at);
        int delta = BatchHeader.lastOffsetDelta(batches, at);
        if (records < 1 || delta != records - 1) {
            throw new LogException.CorruptBatch("a record batch says it has " + records
                    + " records and the last offset delta " + delta + ": offsets would have holes");
        }
    }

    private static void checkProducer(ByteBuffer batches, int at) {
        if (BatchHeader.isControl(batches, at)) {
            throw new LogException.InvalidRecord("control batches are written by the server, not by producers");
        }
        long producerId = BatchHeader.producerId(batches, at);
        if (producerId < 0) {
            if (BatchHeader.isTransactional(batches, at)) {
                throw new LogException.InvalidRecord("a transactional record batch has no producer id");
            }
        } else if (BatchHeader.producerEpoch(batches, at) < 0 || BatchHeader.baseSequence(batches, at) < 0) {
            throw new LogException.InvalidRecord("a record batch of producer " + producerId + " has epoch "
                    + BatchHeader.producerEpoch(batches, at) + " and base sequence "
                    + BatchHeader.baseSequence(batches, at) + ": both must be 0 or above");
        }
    }

    /** Compressed batches are not looked into here: that is for the caller, who can decompress. */
    private static void checkKeys(ByteBuffer batches, int at) {
        if (BatchHeader.isCompressed(batches, at)) {
            return;
        }
        List<Integer> withoutKey = new ArrayList<>();
        RecordCursor records = new RecordCursor(batches, at);
        for (int number = 0; records.next(); number++) {
            if (!records.hasKey()) {
                withoutKey.add(number);
            }
        }
        requireKeys(withoutKey);
    }

    /**
     * Refuses records that have no key.
     *
     * @param withoutKey their numbers in the batch
     */
    public static void requireKeys(List<Integer> withoutKey) {
        if (!withoutKey.isEmpty()) {
            throw new LogException.InvalidRecord(
                    "a record has no key: a compacted topic keeps the newest record of each key and needs one",
                    withoutKey);
        }
    }
}
