package io.millrace.storage.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The header of a record batch, format v2 (KIP-98), at a position of a big-endian buffer.
 *
 * <pre>
 *   0  baseOffset            int64   offset of the first record
 *   8  batchLength           int32   bytes after this field
 *  12  partitionLeaderEpoch  int32   set by the leader
 *  16  magic                 int8    2
 *  17  crc                   uint32  CRC32C of everything from attributes on
 *  21  attributes            int16   bits 0-2 codec, 3 log append time, 4 transactional, 5 control, 6 delete horizon
 *  23  lastOffsetDelta       int32
 *  27  baseTimestamp         int64
 *  35  maxTimestamp          int64
 *  43  producerId            int64   -1: none
 *  51  producerEpoch         int16
 *  53  baseSequence          int32
 *  57  recordsCount          int32
 *  61  records
 * </pre>
 *
 * What the log writes, base offset and leader epoch, lies before the checksummed part, so that it can be written without
 * touching the checksum.
 */
public final class BatchHeader {

    /** Bytes before the records. */
    public static final int SIZE_BYTES = 61;

    /** The one format that is stored. */
    public static final byte MAGIC = 2;

    /** Bytes before what batchLength counts. */
    public static final int LENGTH_OVERHEAD = 12;

    /** Where magic lies; in the old formats too. */
    public static final int MAGIC_POSITION = 16;

    private static final int LENGTH_POSITION = 8;
    private static final int LEADER_EPOCH_POSITION = 12;
    private static final int CRC_POSITION = 17;
    private static final int ATTRIBUTES_POSITION = 21;

    /** Where the part that the checksum covers begins. */
    public static final int CHECKED_FROM = ATTRIBUTES_POSITION;

    private static final int LAST_OFFSET_DELTA_POSITION = 23;
    private static final int BASE_TIMESTAMP_POSITION = 27;
    private static final int MAX_TIMESTAMP_POSITION = 35;
    private static final int PRODUCER_ID_POSITION = 43;
    private static final int PRODUCER_EPOCH_POSITION = 51;
    private static final int BASE_SEQUENCE_POSITION = 53;
    private static final int RECORDS_COUNT_POSITION = 57;

    private static final int CODEC_MASK = 0x07;
    private static final int LOG_APPEND_TIME_BIT = 0x08;
    private static final int TRANSACTIONAL_BIT = 0x10;
    private static final int CONTROL_BIT = 0x20;
    private static final int DELETE_HORIZON_BIT = 0x40;

    /** {@link #deleteHorizonMs} of a batch that has none. */
    public static final long NO_HORIZON = -1;

    private BatchHeader() {}

    public static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at);
    }

    public static long lastOffset(ByteBuffer buffer, int at) {
        return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
    }

    /** Bytes of the whole batch; can overflow or be negative in garbage: check against the buffer before use. */
    public static int sizeBytes(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH_POSITION) + LENGTH_OVERHEAD;
    }

    public static int leaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH_POSITION);
    }

    public static byte magic(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC_POSITION);
    }

    public static int attributes(ByteBuffer buffer, int at) {
        return buffer.getShort(at + ATTRIBUTES_POSITION);
    }

    public static int lastOffsetDelta(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LAST_OFFSET_DELTA_POSITION);
    }

    public static long baseTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_TIMESTAMP_POSITION);
    }

    public static long maxTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP_POSITION);
    }

    public static long producerId(ByteBuffer buffer, int at) {
        return buffer.getLong(at + PRODUCER_ID_POSITION);
    }

    public static short producerEpoch(ByteBuffer buffer, int at) {
        return buffer.getShort(at + PRODUCER_EPOCH_POSITION);
    }

    public static int baseSequence(ByteBuffer buffer, int at) {
        return buffer.getInt(at + BASE_SEQUENCE_POSITION);
    }

    public static int recordsCount(ByteBuffer buffer, int at) {
        return buffer.getInt(at + RECORDS_COUNT_POSITION);
    }

    /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public static int codec(ByteBuffer buffer, int at) {
        return attributes(buffer, at) & CODEC_MASK;
    }

    public static boolean isCompressed(ByteBuffer buffer, int at) {
        return codec(buffer, at) != 0;
    }

    public static boolean isLogAppendTime(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & LOG_APPEND_TIME_BIT) != 0;
    }

    public static boolean isTransactional(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & TRANSACTIONAL_BIT) != 0;
    }

    public static boolean isControl(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & CONTROL_BIT) != 0;
    }

    /** From when on compaction may drop tombstones and markers in the batch (KIP-534), or {@link #NO_HORIZON}. */
    public static long deleteHorizonMs(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & DELETE_HORIZON_BIT) != 0 ? baseTimestamp(buffer, at) : NO_HORIZON;
    }

    /** Makes a header that of a batch without records, which ends behind it; everything else it says stays. */
    public static void setEmpty(ByteBuffer buffer, int at) {
        buffer.putInt(at + LENGTH_POSITION, SIZE_BYTES - LENGTH_OVERHEAD);
        buffer.putShort(
                at + ATTRIBUTES_POSITION, (short) (attributes(buffer, at) & ~(CODEC_MASK | DELETE_HORIZON_BIT)));
        buffer.putLong(at + BASE_TIMESTAMP_POSITION, maxTimestamp(buffer, at));
        buffer.putInt(at + RECORDS_COUNT_POSITION, 0);
        buffer.putInt(at + CRC_POSITION, computeCrc(buffer, at));
    }

    /** Writes what the leader assigns; the checksum stays valid. */
    public static void assign(ByteBuffer buffer, int at, long baseOffset, int leaderEpoch) {
        buffer.putLong(at, baseOffset);
        buffer.putInt(at + LEADER_EPOCH_POSITION, leaderEpoch);
    }

    /** Makes the log's clock the timestamp of all records, and computes the checksum anew. */
    public static void setLogAppendTime(ByteBuffer buffer, int at, long timestampMs) {
        buffer.putShort(at + ATTRIBUTES_POSITION, (short) (attributes(buffer, at) | LOG_APPEND_TIME_BIT));
        buffer.putLong(at + MAX_TIMESTAMP_POSITION, timestampMs);
        buffer.putInt(at + CRC_POSITION, computeCrc(buffer, at));
    }

    public static int crc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC_POSITION);
    }

    public static boolean isCrcValid(ByteBuffer buffer, int at) {
        return crc(buffer, at) == computeCrc(buffer, at);
    }

    /** The checksum of a whole batch. */
    public static int computeCrc(ByteBuffer buffer, int at) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(at + sizeBytes(buffer, at)).position(at + ATTRIBUTES_POSITION));
        return (int) crc.getValue();
    }
}
