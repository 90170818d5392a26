package io.millrace.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small files that are there whole or not at all, whenever the machine dies: written under another name, forced, renamed, and
 * the directory forced.
 *
 * <pre>
 *  0        4         6        8              12       16
 * +--------+---------+--------+--------------+--------+----------------
 * | kind   | version | zero   | payloadBytes | crc    | payload ...
 * +--------+---------+--------+--------------+--------+----------------
 * </pre>
 *
 * Big-endian. The CRC32C covers the first 12 bytes and the payload, so that a file of another kind or version is never taken
 * for this one.
 */
public final class AtomicFile {

    /** Ends the name under which a file is written before it is renamed; what a crash leaves behind is removed at start. */
    public static final String TEMPORARY_SUFFIX = ".tmp";

    /** No file of this kind is anywhere near; a length above it is damage, not data. */
    private static final int PAYLOAD_BYTES_MAX = 256 << 20;

    private static final int HEADER_BYTES = 16;
    private static final Logger log = LoggerFactory.getLogger(AtomicFile.class);

    private final Disk disk;
    private final int kind;
    private final short version;

    /**
     * @param kind four characters that say what the file is, as a number
     * @param version the one version that is written and understood
     */
    public AtomicFile(Disk disk, String kind, int version) {
        this.disk = disk;
        this.kind = fourCharacters(kind);
        this.version = (short) version;
    }

    /** Four ASCII characters as the number that begins a file. */
    public static int fourCharacters(String kind) {
        if (kind.length() != 4) {
            throw new IllegalArgumentException("kind must have four characters: " + kind);
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | kind.charAt(i) & 0x7f;
        }
        return value;
    }

    /** Replaces the file; durable on return. Blocks. */
    public void write(Path file, ByteBuffer payload) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + payload.remaining());
        bytes.putInt(kind).putShort(version).putShort((short) 0).putInt(payload.remaining());
        bytes.putInt(crc(bytes, payload)).put(payload.duplicate()).flip();
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        try (DiskFile out = disk.open(temporary, Disk.Mode.CREATE)) {
            out.append(bytes);
            out.force();
        }
        disk.rename(temporary, file);
        disk.forceDirectory(file.getParent());
    }

    /**
     * What a file of any kind holds.
     *
     * @param kind the number that {@link #fourCharacters} makes; 0 when there are no four bytes
     * @param payload null when there is a doubt
     * @param doubt why the payload cannot be used; null when it can
     */
    public record Examined(int kind, int version, ByteBuffer payload, String doubt) {}

    /** Looks at a file whatever its kind, without a word in the log. Blocks. */
    public static Examined examine(Disk disk, Path file) throws IOException {
        try (DiskFile in = disk.open(file, Disk.Mode.READ)) {
            long size = in.sizeBytes();
            if (size < HEADER_BYTES || size > HEADER_BYTES + PAYLOAD_BYTES_MAX) {
                return new Examined(0, 0, null, "it has " + size + " bytes");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            in.read(bytes, 0);
            bytes.flip();
            if (bytes.remaining() != size) {
                return new Examined(0, 0, null, "it became shorter while it was read");
            }
            ByteBuffer payload = bytes.slice(HEADER_BYTES, (int) size - HEADER_BYTES);
            boolean sound = bytes.getInt(8) == payload.remaining() && bytes.getInt(12) == crc(bytes, payload);
            return new Examined(
                    bytes.getInt(0),
                    bytes.getShort(4),
                    sound ? payload : null,
                    sound ? null : "its length or checksum is wrong");
        }
    }

    /** The payload; empty when the file is missing, damaged, or of another kind or version (which is logged). Blocks. */
    public Optional<ByteBuffer> read(Path file) throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        Examined examined = examine(disk, file);
        if (examined.payload() == null) {
            return unreadable(file, examined.doubt());
        }
        if (examined.kind() != kind || examined.version() != version) {
            return unreadable(file, "it is of another kind or version");
        }
        return Optional.of(examined.payload());
    }

    private static Optional<ByteBuffer> unreadable(Path file, String why) {
        log.warn("Ignoring {}: {}. What it said is rebuilt from the log.", file, why);
        return Optional.empty();
    }

    private static int crc(ByteBuffer header, ByteBuffer payload) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(12));
        crc.update(payload.duplicate());
        return (int) crc.getValue();
    }
}
