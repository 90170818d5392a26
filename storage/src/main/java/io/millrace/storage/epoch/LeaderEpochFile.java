package io.millrace.storage.epoch;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code leader-epochs} in a partition directory. Payload: count int32, then per epoch: epoch int32, start offset int64; both
 * strictly increasing.
 */
public final class LeaderEpochFile {

    public static final String NAME = "leader-epochs";

    private static final int ENTRY_BYTES = 12;

    private final AtomicFile file;
    private final Path path;

    public LeaderEpochFile(Disk disk, Path partitionDirectory) {
        this.file = new AtomicFile(disk, "MLLE", 1);
        this.path = partitionDirectory.resolve(NAME);
    }

    void write(List<EpochStart> epochs) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(4 + epochs.size() * ENTRY_BYTES);
        payload.putInt(epochs.size());
        for (EpochStart epoch : epochs) {
            payload.putInt(epoch.leaderEpoch()).putLong(epoch.startOffset());
        }
        file.write(path, payload.flip());
    }

    /** Leaves no epoch in it, durably. */
    public void forget() throws IOException {
        if (read().filter(epochs -> !epochs.isEmpty()).isPresent()) {
            write(List.of());
        }
    }

    /** Empty when the file is missing or does not make sense: then the batch headers tell. */
    public Optional<List<EpochStart>> read() throws IOException {
        return file.read(path).flatMap(LeaderEpochFile::parse);
    }

    private static Optional<List<EpochStart>> parse(ByteBuffer payload) {
        if (payload.remaining() < 4) {
            return Optional.empty();
        }
        int count = payload.getInt();
        if (payload.remaining() != (long) count * ENTRY_BYTES) {
            return Optional.empty();
        }
        List<EpochStart> epochs = new ArrayList<>(count);
        EpochStart last = null;
        for (int i = 0; i < count; i++) {
            EpochStart next = new EpochStart(payload.getInt(), payload.getLong());
            if (last != null && !last.mayBeFollowedBy(next)) {
                return Optional.empty();
            }
            epochs.add(next);
            last = next;
        }
        return Optional.of(epochs);
    }
}
