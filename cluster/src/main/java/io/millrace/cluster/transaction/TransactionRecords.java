package io.millrace.cluster.transaction;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue.PartitionsSchema;

/** The records of the topic that holds the state of transactions, as Kafka writes them: its tools can read them. */
final class TransactionRecords {

    /** Flexible: has what epochs for each transaction need. */
    private static final short VALUE_VERSION = 1;

    private TransactionRecords() {}

    /** One batch with the state of one transactional id. */
    static ByteBuffer batch(TransactionMetadata metadata, long nowMs) {
        return batch(metadata.transactionalId(), value(metadata), nowMs);
    }

    /** One batch that lets a transactional id be forgotten. */
    static ByteBuffer tombstone(String transactionalId, long nowMs) {
        return batch(transactionalId, null, nowMs);
    }

    private static ByteBuffer batch(String transactionalId, byte[] value, long nowMs) {
        byte[] key = MessageUtil.toVersionPrefixedBytes(
                TransactionLogKey.LOWEST_SUPPORTED_VERSION,
                new TransactionLogKey().setTransactionalId(transactionalId));
        return RecordBatches.build(List.of(new NewRecord(nowMs, key, value, List.of())), nowMs);
    }

    private static byte[] value(TransactionMetadata metadata) {
        TransactionLogValue value = new TransactionLogValue()
                .setProducerId(metadata.producerId())
                .setPreviousProducerId(metadata.previousProducerId())
                .setNextProducerId(metadata.nextProducerId())
                .setProducerEpoch(metadata.epoch())
                .setTransactionTimeoutMs(metadata.timeoutMs())
                .setTransactionStatus(metadata.state().id())
                .setTransactionPartitions(
                        metadata.state() == TransactionState.EMPTY ? null : rows(metadata.partitions()))
                .setTransactionLastUpdateTimestampMs(metadata.updatedMs())
                .setTransactionStartTimestampMs(metadata.startMs())
                .setClientTransactionVersion((short) metadata.version());
        return MessageUtil.toVersionPrefixedBytes(VALUE_VERSION, value);
    }

    private static List<PartitionsSchema> rows(Set<TransactionPartition> partitions) {
        Map<String, Set<Integer>> byTopic = new TreeMap<>();
        partitions.forEach(each ->
                byTopic.computeIfAbsent(each.topic(), topic -> new TreeSet<>()).add(each.partition()));
        List<PartitionsSchema> rows = new ArrayList<>();
        byTopic.forEach((topic, numbers) ->
                rows.add(new PartitionsSchema().setTopic(topic).setPartitionIds(new ArrayList<>(numbers))));
        return rows;
    }

    /** The transactional id of a record, null when it is of a kind that is not known. */
    static String transactionalId(byte[] key) {
        ByteBuffer in = ByteBuffer.wrap(key);
        short version = in.getShort();
        return version > TransactionLogKey.HIGHEST_SUPPORTED_VERSION
                ? null
                : new TransactionLogKey(new ByteBufferAccessor(in), version).transactionalId();
    }

    /** What a record says of a transactional id. Throws IllegalArgumentException when it is of a version that is not known. */
    static TransactionMetadata metadata(String transactionalId, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        short version = in.getShort();
        if (version > TransactionLogValue.HIGHEST_SUPPORTED_VERSION) {
            throw new IllegalArgumentException(
                    "a record of '" + transactionalId + "' has version " + version + ", which a newer server wrote");
        }
        TransactionLogValue value = new TransactionLogValue(new ByteBufferAccessor(in), version);
        Set<TransactionPartition> partitions = new HashSet<>();
        if (value.transactionPartitions() != null) {
            value.transactionPartitions()
                    .forEach(row -> row.partitionIds()
                            .forEach(number -> partitions.add(new TransactionPartition(row.topic(), number))));
        }
        return new TransactionMetadata(
                transactionalId,
                value.producerId(),
                value.previousProducerId(),
                value.nextProducerId(),
                value.producerEpoch(),
                // Not remembered over a change of the coordinator: who asks again then gets another epoch.
                ProducerIdentity.NO_EPOCH,
                value.transactionTimeoutMs(),
                TransactionState.ofId(value.transactionStatus()),
                partitions,
                value.transactionStartTimestampMs(),
                value.transactionLastUpdateTimestampMs(),
                value.clientTransactionVersion());
    }
}
