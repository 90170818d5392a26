package io.millrace.cluster.peer;

import io.millrace.storage.LogHistory;
import io.millrace.storage.epoch.EpochStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * A tagged field (KIP-482) of our own in the answer to a replica's fetch, beside the records of a partition: a {@link LogHistory}. Other
 * readers skip it; an answer without it says nothing. Content: gaps below int64, begins at int64, then for each epoch, oldest first: epoch int32, start
 * offset int64.
 */
public final class LogHistoryField {

    /** Far from the tags that Kafka gives out one after the other. */
    private static final int TAG = 7_001;

    private static final int HEAD_BYTES = 16;
    private static final int EPOCH_BYTES = 12;

    private LogHistoryField() {}

    public static void write(PartitionData row, LogHistory history) {
        ByteBuffer content = ByteBuffer.allocate(HEAD_BYTES + history.epochs().size() * EPOCH_BYTES);
        content.putLong(history.gapsBelow()).putLong(history.beginsAt());
        history.epochs().forEach(epoch -> content.putInt(epoch.leaderEpoch()).putLong(epoch.startOffset()));
        row.unknownTaggedFields().add(new RawTaggedField(TAG, content.array()));
    }

    static LogHistory read(PartitionData row) {
        for (RawTaggedField field : row.unknownTaggedFields()) {
            if (field.tag() == TAG && field.size() >= HEAD_BYTES) {
                ByteBuffer content = ByteBuffer.wrap(field.data());
                long gapsBelow = content.getLong();
                long beginsAt = content.getLong();
                List<EpochStart> epochs = new ArrayList<>(content.remaining() / EPOCH_BYTES);
                while (content.remaining() >= EPOCH_BYTES) {
                    epochs.add(new EpochStart(content.getInt(), content.getLong()));
                }
                return new LogHistory(epochs, gapsBelow, beginsAt);
            }
        }
        return LogHistory.UNKNOWN;
    }
}
