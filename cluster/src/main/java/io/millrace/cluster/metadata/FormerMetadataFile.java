package io.millrace.cluster.metadata;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file {@code metadata.json} of Millrace 0.1: one line with format version and CRC32C, then the state as JSON.
 *
 * <pre>
 * millrace-metadata 1 8c28b28a
 * { "version" : 3, ... }
 * </pre>
 *
 * Not thread-safe; blocks.
 */
public final class FormerMetadataFile {

    private static final String MAGIC = "millrace-metadata";
    private static final int FORMAT_VERSION = 1;

    private final ObjectMapper json = new ObjectMapper();
    private final Disk disk;
    private final Path path;

    public FormerMetadataFile(Disk disk, Path directory) {
        this.disk = disk;
        this.path = directory.resolve("metadata.json");
    }

    /** What it says, empty when there is no such file. */
    public Optional<FormerMetadata> read() throws IOException {
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
            return Optional.of(json.readValue(body, FormerMetadata.class));
        } catch (JacksonException e) {
            throw damaged(e.getOriginalMessage(), e);
        }
    }

    /** Puts the file aside, when everything in it is in the metadata log. Durable when the method returns. */
    public void putAside() throws IOException {
        disk.rename(path, path.resolveSibling(path.getFileName() + ".taken-over"));
        disk.forceDirectory(path.getParent());
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
