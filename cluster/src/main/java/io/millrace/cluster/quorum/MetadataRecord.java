package io.millrace.cluster.quorum;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.kafka.common.message.KRaftVersionRecordJsonConverter;
import org.apache.kafka.common.message.LeaderChangeMessageJsonConverter;
import org.apache.kafka.common.message.SnapshotFooterRecordJsonConverter;
import org.apache.kafka.common.message.SnapshotHeaderRecordJsonConverter;
import org.apache.kafka.common.message.VotersRecordJsonConverter;
import org.apache.kafka.common.metadata.MetadataJsonConverters;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.ControlRecordUtils;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * A record of the metadata log, or of a snapshot of it, for people.
 *
 * @param type such as {@code TOPIC_RECORD}; of the quorum itself such as {@code KRAFT_VOTERS}
 * @param version of its schema
 * @param data its fields by their names
 */
public record MetadataRecord(long offset, long timestampMs, String type, int version, JsonNode data) {

    /**
     * Takes a whole batch apart. What cannot be read is given with its type {@code UNREADABLE}, and the reason as data. Any thread.
     */
    public static void forEach(ByteBuffer batch, Consumer<MetadataRecord> consumer) {
        for (RecordBatch each : MemoryRecords.readableRecords(batch).batches()) {
            for (Record record : each) {
                consumer.accept(of(each, record));
            }
        }
    }

    private static MetadataRecord of(RecordBatch batch, Record record) {
        try {
            return batch.isControlBatch() ? control(record) : data(record);
        } catch (RuntimeException e) {
            return new MetadataRecord(
                    record.offset(),
                    record.timestamp(),
                    "UNREADABLE",
                    -1,
                    JsonNodeFactory.instance.textNode(String.valueOf(e.getMessage())));
        }
    }

    private static MetadataRecord data(Record record) {
        ApiMessageAndVersion message =
                MetadataRecordSerde.INSTANCE.read(new ByteBufferAccessor(record.value()), record.valueSize());
        return new MetadataRecord(
                record.offset(),
                record.timestamp(),
                MetadataRecordType.fromId(message.message().apiKey()).name(),
                message.version(),
                MetadataJsonConverters.writeJson(message.message(), message.version()));
    }

    private static MetadataRecord control(Record record) {
        ControlRecordType type = ControlRecordType.parse(record.key());
        short version = 0;
        JsonNode data = switch (type) {
            case LEADER_CHANGE ->
                LeaderChangeMessageJsonConverter.write(
                        ControlRecordUtils.deserializeLeaderChangeMessage(record), version = 1);
            case SNAPSHOT_HEADER ->
                SnapshotHeaderRecordJsonConverter.write(
                        ControlRecordUtils.deserializeSnapshotHeaderRecord(record), version);
            case SNAPSHOT_FOOTER ->
                SnapshotFooterRecordJsonConverter.write(
                        ControlRecordUtils.deserializeSnapshotFooterRecord(record), version);
            case KRAFT_VERSION ->
                KRaftVersionRecordJsonConverter.write(
                        ControlRecordUtils.deserializeKRaftVersionRecord(record), version);
            case KRAFT_VOTERS ->
                VotersRecordJsonConverter.write(ControlRecordUtils.deserializeVotersRecord(record), version);
            default -> JsonNodeFactory.instance.nullNode();
        };
        return new MetadataRecord(
                record.offset(), record.timestamp(), type.name().toUpperCase(Locale.ROOT), version, data);
    }
}
