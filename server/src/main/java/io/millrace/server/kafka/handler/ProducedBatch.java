package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.nio.ByteBuffer;

/**
 * What the protocol demands of the records of one partition in a produce request, on top of what every log checks: exactly one
 * record batch of format v2, with a compression that the request's version allows, and nothing that only a coordinator may
 * write. Reads the header only.
 *
 * <pre>
 * byte  0 base offset (8)   8 batch length (4)   12 partition leader epoch (4)   16 magic (1)
 *      17 CRC-32C of all that follows (4)   21 attributes (2): bits 0-2 compression, 5 control
 * </pre>
 */
final class ProducedBatch {

    private static final int LENGTH_OFFSET = 8;
    private static final int MAGIC_OFFSET = 16;
    private static final int ATTRIBUTES_OFFSET = 21;
    private static final int LOG_OVERHEAD_BYTES = 12;
    private static final int HEADER_BYTES = 61;

    private static final byte MAGIC_V2 = 2;
    private static final int COMPRESSION_MASK = 0x07;
    private static final int CONTROL_FLAG = 0x20;
    private static final int ZSTD = 4;

    /** The first Produce version that may carry zstd (KIP-110). */
    private static final short ZSTD_VERSION = 7;

    private ProducedBatch() {}

    /**
     * Checks the records of one partition.
     *
     * @throws MillraceException with the error for this partition
     */
    static void check(ByteBuffer records, short version) {
        int size = records.remaining();
        if (size == 0) {
            throw new MillraceException(
                    ErrorCode.INVALID_RECORD, "There is no record batch for this partition; send one.");
        }
        // Batches of formats v0 and v1 have their magic at the same place and may be shorter than a v2 header.
        if (size > MAGIC_OFFSET && records.get(MAGIC_OFFSET) >= 0 && records.get(MAGIC_OFFSET) < MAGIC_V2) {
            throw new MillraceException(
                    ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
                    "Records of message format v" + records.get(MAGIC_OFFSET)
                            + " are not accepted: set the client's Kafka version to 0.11 or newer, so that it sends v2.");
        }
        if (size < HEADER_BYTES || records.get(MAGIC_OFFSET) != MAGIC_V2) {
            throw new MillraceException(ErrorCode.CORRUPT_MESSAGE, "These bytes are no record batch of format v2.");
        }
        long batchBytes = (long) records.getInt(LENGTH_OFFSET) + LOG_OVERHEAD_BYTES;
        if (batchBytes < HEADER_BYTES || batchBytes > size) {
            throw new MillraceException(
                    ErrorCode.CORRUPT_MESSAGE,
                    "The record batch says it has " + batchBytes + " bytes, but " + size + " were sent.");
        }
        if (batchBytes < size) {
            throw new MillraceException(
                    ErrorCode.INVALID_RECORD,
                    "A produce request must have exactly one record batch per partition; this one has more.");
        }
        checkAttributes(records.getShort(ATTRIBUTES_OFFSET), version);
    }

    private static void checkAttributes(short attributes, short version) {
        int compression = attributes & COMPRESSION_MASK;
        if (compression > ZSTD || compression == ZSTD && version < ZSTD_VERSION) {
            throw new MillraceException(
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                    compression == ZSTD
                            ? "zstd needs Produce version 7 or newer, this is version " + version
                                    + ": update the client."
                            : "Compression type " + compression + " is not known.");
        }
        if ((attributes & CONTROL_FLAG) != 0) {
            throw new MillraceException(ErrorCode.INVALID_RECORD, "Clients may not write control batches.");
        }
    }
}
