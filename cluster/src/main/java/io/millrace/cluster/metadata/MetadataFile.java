package io.millrace.cluster.metadata;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file {@code metadata.json}: one line with format version and CRC32C, then the state as JSON.
 *
 * <pre>
 * millrace-metadata 1 8c28b28a
 * { "version" : 3, ... }
 * </pre>
 *
 * It is replaced atomically: written beside, fsynced, renamed, directory fsynced. Not thread-safe; blocks.
 */
public final class MetadataFile {

    private static final String MAGIC = "millrace-metadata";
    private static final int FORMAT_VERSION = 1;

    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Path path;

    public MetadataFile(Path directory) {
        this.path = directory.resolve("metadata.json");
    }

    /** The state, empty when there is no file yet. */
    Optional<MetadataState> read() throws IOException {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        String content = Files.readString(path);
        int firstLine = content.indexOf('\n');
        String[] header = content.substring(0, Math.max(0, firstLine)).split(" ");
        if (header.length != 3 || !header[0].equals(MAGIC)) {
            throw damaged("its first line is not that of a metadata file", null);
        }
        if (!header[1].equals(String.valueOf(FORMAT_VERSION))) {
            throw damaged("it has format version " + header[1] + " and this Millrace reads " + FORMAT_VERSION, null);
        }
        byte[] body = content.substring(firstLine + 1).getBytes(StandardCharsets.UTF_8);
        if (!header[2].equals(checksum(body))) {
            throw damaged("its checksum does not match", null);
        }
        try {
            return Optional.of(json.readValue(body, MetadataState.class));
        } catch (JacksonException e) {
            throw damaged(e.getOriginalMessage(), e);
        }
    }

    /** Replaces the state. Durable when the method returns; on an exception the old state is still there. */
    void write(MetadataState state) throws IOException {
        byte[] body = json.writeValueAsBytes(state);
        String header = MAGIC + " " + FORMAT_VERSION + " " + checksum(body) + "\n";
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(channel, ByteBuffer.wrap(header.getBytes(StandardCharsets.US_ASCII)));
            writeFully(channel, ByteBuffer.wrap(body));
            channel.force(true);
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static String checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    private IOException damaged(String why, Throwable cause) {
        return new IOException(
                "The metadata file " + path + " cannot be read: " + why
                        + ". The logs beside it are untouched; restore the file from a backup.",
                cause);
    }
}
