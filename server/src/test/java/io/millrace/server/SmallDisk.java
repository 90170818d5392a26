package io.millrace.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of a few megabytes, in memory, that really runs full. Only root can have one, on Linux. */
final class SmallDisk implements AutoCloseable {

    private final Path mountPoint;

    private SmallDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Mounts one, or skips the test with the reason why there is none. */
    static SmallDisk mountOrSkip(Path mountPoint, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(mountPoint);
        String failure = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", mountPoint.toString());
        Assumptions.assumeTrue(
                failure == null,
                "a small disk needs mount(8) of a tmpfs, that is root on Linux; here it says: " + failure);
        return new SmallDisk(mountPoint);
    }

    Path path() {
        return mountPoint;
    }

    private Path filler() {
        return mountPoint.resolve("filler");
    }

    /** Takes all space that is left, to the last page. */
    void fill() throws IOException {
        try (FileChannel out = FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int bytes = 1 << 20; bytes >= 4096; bytes /= 2) {
                writeUntilFull(out, bytes);
            }
        }
    }

    private static void writeUntilFull(FileChannel out, int bytes) {
        try {
            while (out.write(ByteBuffer.allocate(bytes)) == bytes) {
                // Until it is full.
            }
        } catch (IOException e) {
            // It is.
        }
    }

    void free() throws IOException {
        Files.delete(filler());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        String failure = run("umount", mountPoint.toString());
        if (failure != null) {
            // Somebody still has a file open: it goes when that one ends.
            run("umount", "-l", mountPoint.toString());
        }
    }

    /** Null when it went well, else why not. */
    private static String run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes()).strip();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "no answer";
            }
            return process.exitValue() == 0 ? null : output;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
