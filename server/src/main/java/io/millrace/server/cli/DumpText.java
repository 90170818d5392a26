package io.millrace.server.cli;

import io.millrace.cluster.record.Utf8;
import io.millrace.storage.inspect.FileEntry;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.HexFormat;

/** How bytes of strangers and entries of files look in a terminal. */
final class DumpText {

    /** A record may have megabytes; nobody reads them in a terminal. */
    private static final int SHOWN_MAX = 512;

    private DumpText() {}

    /** {@code offsetIndexEntry}, as the type is called in {@link FileEntry}. */
    static String typeOf(FileEntry entry) {
        String name = entry.getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** {@code offsetIndexEntry  position=16  batchBaseOffset=40  batchPosition=4100}: every field by its name. */
    static String fields(FileEntry entry) {
        StringBuilder line = new StringBuilder(typeOf(entry));
        for (RecordComponent component : entry.getClass().getRecordComponents()) {
            line.append("  ").append(component.getName()).append('=').append(value(entry, component));
        }
        return line.toString();
    }

    private static String value(FileEntry entry, RecordComponent component) {
        Object value;
        try {
            value = component.getAccessor().invoke(entry);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        if (component.getName().endsWith("Ms") && value instanceof Long ms) {
            return ms + " (" + Instant.ofEpochMilli(ms) + ")";
        }
        return String.valueOf(value);
    }

    /** UTF-8 as text, anything else in hexadecimal, both without what could move the cursor, and cut when long. */
    static String printable(byte[] bytes) {
        if (bytes == null) {
            return "-";
        }
        String text = Utf8.textOrNull(bytes);
        return text != null
                ? printable(text)
                : cut(
                        "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN_MAX)),
                        2 * bytes.length + 2);
    }

    static String printable(String text) {
        return cut(text.replaceAll("\\p{Cntrl}", "\u00b7"), text.length());
    }

    private static String cut(String text, int length) {
        return length <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "… (" + length + " characters)";
    }
}
