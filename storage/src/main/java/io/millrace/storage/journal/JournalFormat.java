package io.millrace.storage.journal;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.BlockFile;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal file, version 1; see FORMAT.md. A file begins with a block that says whose it is; groups follow, each
 * beginning at a block, each checked as a whole.
 *
 * <pre>
 *  file:   0 "MLJF"   4 crc   8 version int16   10 shard int16   12 zero int32   16 run int64   24 first group int64
 *  group:  0 "MLJG"   4 crc   8 run int64   16 number int64   24 bytes of entries int32   28 count of entries int32
 *  entry:  0 bytes of payload int32   4 type int16   6 zero int16   8 topic id 16 bytes   24 partition int32   28 offset int64
 * </pre>
 */
final class JournalFormat {

    static final short VERSION = 1;
    static final int FILE_HEADER_BYTES = BlockFile.BLOCK_BYTES;
    static final int GROUP_HEADER_BYTES = 32;
    static final int ENTRY_HEADER_BYTES = 36;

    /** Record batches; the offset is the log end offset before them, so that a missing entry is noticed. */
    static final short BATCHES = 1;

    /** The log was cut: what was written before at or above the offset does not count. No payload. */
    static final short CUT = 2;

    private static final int FILE_KIND = AtomicFile.fourCharacters("MLJF");
    private static final int GROUP_KIND = AtomicFile.fourCharacters("MLJG");
    private static final int FILE_FIELDS_BYTES = 32;
    private static final int CHECKED_FROM = 8;

    private JournalFormat() {}

    /** What the first block of a file says. */
    record FileHeader(int shard, long run, long firstGroup) {}

    /** What the begin of a group says. */
    record GroupHeader(long run, long number, int entriesBytes, int entryCount) {
        int sizeBytes() {
            return GROUP_HEADER_BYTES + entriesBytes;
        }

        int blocksBytes() {
            return wholeBlocks(sizeBytes());
        }
    }

    static int wholeBlocks(int bytes) {
        return (bytes + BlockFile.BLOCK_BYTES - 1) / BlockFile.BLOCK_BYTES * BlockFile.BLOCK_BYTES;
    }

    static void putFileHeader(ByteBuffer target, int at, FileHeader header) {
        target.putInt(at, FILE_KIND);
        target.putShort(at + 8, VERSION);
        target.putShort(at + 10, (short) header.shard());
        target.putInt(at + 12, 0);
        target.putLong(at + 16, header.run());
        target.putLong(at + 24, header.firstGroup());
        target.putInt(at + 4, crc(target, at, FILE_FIELDS_BYTES));
    }

    /** Null when this is no file of ours, or one that was never used. */
    static FileHeader fileHeader(ByteBuffer source) {
        if (source.limit() < FILE_FIELDS_BYTES
                || source.getInt(0) != FILE_KIND
                || source.getShort(8) != VERSION
                || source.getInt(4) != crc(source, 0, FILE_FIELDS_BYTES)) {
            return null;
        }
        return new FileHeader(source.getShort(10), source.getLong(16), source.getLong(24));
    }

    /** Completes the group that begins at a position, whose entries are there. */
    static void putGroupHeader(ByteBuffer target, int at, GroupHeader header) {
        target.putInt(at, GROUP_KIND);
        target.putLong(at + 8, header.run());
        target.putLong(at + 16, header.number());
        target.putInt(at + 24, header.entriesBytes());
        target.putInt(at + 28, header.entryCount());
        target.putInt(at + 4, crc(target, at, header.sizeBytes()));
    }

    /** Null when no group begins here; its checksum is not looked at. */
    static GroupHeader groupHeader(ByteBuffer source) {
        if (source.limit() < GROUP_HEADER_BYTES || source.getInt(0) != GROUP_KIND || source.getInt(24) < 0) {
            return null;
        }
        return new GroupHeader(source.getLong(8), source.getLong(16), source.getInt(24), source.getInt(28));
    }

    /** Whether a whole group, which begins at 0, is as it was written. */
    static boolean isSound(ByteBuffer group) {
        return group.getInt(4) == crc(group, 0, group.limit());
    }

    private static int crc(ByteBuffer buffer, int at, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(at + bytes).position(at + CHECKED_FROM));
        return (int) crc.getValue();
    }

    static void putEntryHeader(ByteBuffer target, short type, TopicPartition partition, long offset, int payloadBytes) {
        target.putInt(payloadBytes).putShort(type).putShort((short) 0);
        target.putLong(partition.topicId().getMostSignificantBits());
        target.putLong(partition.topicId().getLeastSignificantBits());
        target.putInt(partition.partition()).putLong(offset);
    }

    static UUID topicId(ByteBuffer source, int entry) {
        return new UUID(source.getLong(entry + 8), source.getLong(entry + 16));
    }
}
