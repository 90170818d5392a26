package io.millrace.storage.log;

import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.RecoveryPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Copies a data directory as it is at this moment, without what only a clean stop or a checkpoint writes. */
final class CrashCopy {

    private CrashCopy() {}

    static void copy(Path from, Path to) throws IOException {
        copy(from, to, false);
    }

    /** As if the disk had lost the journal too. */
    static void copyWithoutJournal(Path from, Path to) throws IOException {
        copy(from, to, true);
    }

    private static void copy(Path from, Path to, boolean withoutJournal) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(from)) {
            all = walk.collect(Collectors.toList());
        } catch (UncheckedIOException e) {
            // A file went away while the directory was walked: look again.
            copy(from, to, withoutJournal);
            return;
        }
        for (Path path : all) {
            String name = path.getFileName().toString();
            if (name.equals(CleanShutdownMarker.NAME)
                    || name.equals(RecoveryPoints.NAME)
                    || withoutJournal && name.endsWith(".journal")) {
                continue;
            }
            Path target = to.resolve(from.relativize(path).toString());
            try {
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            } catch (NoSuchFileException e) {
                continue;
            }
        }
    }
}
