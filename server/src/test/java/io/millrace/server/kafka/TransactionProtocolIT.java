package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions as older clients speak of them: partitions are added by the producer, and its epoch stays (KIP-98). */
class TransactionProtocolIT {

    private static final String ID = "old";

    @TempDir
    Path directory;

    private KafkaTestNode node;
    private RawKafkaClient client;
    private long producerId;
    private short epoch;
    private int sequence;

    @BeforeEach
    void begin() {
        node = KafkaTestNode.start(directory);
        node.createTopic("t", 1);
        client = node.connect();
        await().until(() -> client.call(
                                new FindCoordinatorRequest.Builder(new FindCoordinatorRequestData()
                                                .setKey(ID)
                                                .setKeyType((byte) 1))
                                        .build((short) 3),
                                FindCoordinatorResponse.class)
                        .data()
                        .errorCode()
                == Errors.NONE.code());
        await().until(() -> init() == Errors.NONE);
    }

    @AfterEach
    void end() {
        client.close();
        node.close();
    }

    @Test
    void partitionsThatTheProducerAddsAreWrittenToAndTheEpochStays() {
        assertThat(add()).isEqualTo(Errors.NONE);
        assertThat(produce()).isEqualTo(Errors.NONE);
        assertThat(produce()).isEqualTo(Errors.NONE);
        assertThat(endTxn(true)).isEqualTo(Errors.NONE);
        assertThat(endTxn(true)).as("once more").isIn(Errors.NONE, Errors.CONCURRENT_TRANSACTIONS);
        await().until(() -> add() == Errors.NONE);
        assertThat(produce()).as("the sequence goes on").isEqualTo(Errors.NONE);
        assertThat(endTxn(false)).isEqualTo(Errors.NONE);
        // The marker is in the log before it is stored for good, and the offset moves with that.
        await().until(() -> fetch().lastStableOffset() == 5);
        assertThat(fetch().abortedTransactions())
                .extracting(FetchResponseData.AbortedTransaction::producerId)
                .containsExactly(producerId);
    }

    /** Rule T29. */
    @Test
    void aBatchForAPartitionThatIsInNoTransactionIsRefusedAndLeavesNothingOpen() {
        assertThat(produce()).as("nothing was added").isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(add()).isEqualTo(Errors.NONE);
        assertThat(produce()).isEqualTo(Errors.NONE);
        assertThat(endTxn(false)).isEqualTo(Errors.NONE);
        await().until(() -> fetch().lastStableOffset() == 2);
        assertThat(produce()).as("it comes after the abort").isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(fetch().lastStableOffset()).isEqualTo(2);
        assertThat(fetch().highWatermark()).isEqualTo(2);
    }

    /** Trap 38: what is still being completed is told by an error that clients retry, and fencing by the word that they know. */
    @Test
    void whoWasReplacedIsToldSoInTheWordsOfHisVersion() {
        assertThat(add()).isEqualTo(Errors.NONE);
        assertThat(produce()).isEqualTo(Errors.NONE);
        short old = epoch;
        assertThat(init()).as("the open transaction is aborted first").isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        await().until(() -> init() == Errors.NONE);
        assertThat(epoch).isEqualTo((short) (old + 2));
        epoch = old;
        assertThat(endTxn(true)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(Errors.forCode(
                        client.call(new EndTxnRequest.Builder(end(true), false).build((short) 1), EndTxnResponse.class)
                                .data()
                                .errorCode()))
                .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(produce()).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    }

    private Errors init() {
        InitProducerIdResponseData answer = client.call(
                        new InitProducerIdRequest.Builder(new InitProducerIdRequestData()
                                        .setTransactionalId(ID)
                                        .setTransactionTimeoutMs(10_000))
                                .build((short) 4),
                        InitProducerIdResponse.class)
                .data();
        if (answer.errorCode() == Errors.NONE.code()) {
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
        }
        return Errors.forCode(answer.errorCode());
    }

    private Errors add() {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(new AddPartitionsToTxnTopic().setName("t").setPartitions(List.of(0)));
        return Errors.forCode(client.call(
                        new AddPartitionsToTxnRequest(
                                new AddPartitionsToTxnRequestData()
                                        .setV3AndBelowTransactionalId(ID)
                                        .setV3AndBelowProducerId(producerId)
                                        .setV3AndBelowProducerEpoch(epoch)
                                        .setV3AndBelowTopics(topics),
                                (short) 3),
                        AddPartitionsToTxnResponse.class)
                .data()
                .resultsByTopicV3AndBelow()
                .find("t")
                .resultsByPartition()
                .find(0)
                .partitionErrorCode());
    }

    private Errors produce() {
        MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, epoch, sequence, new SimpleRecord("v".getBytes()));
        ProduceRequestData request = new ProduceRequestData()
                .setTransactionalId(ID)
                .setAcks((short) -1)
                .setTimeoutMs(10_000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName("t")
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(0)
                                .setRecords(batch))));
        Errors error =
                Errors.forCode(client.call(ProduceRequest.builder(request).build((short) 11), ProduceResponse.class)
                        .data()
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0)
                        .errorCode());
        if (error == Errors.NONE) {
            sequence++;
        }
        return error;
    }

    private EndTxnRequestData end(boolean commit) {
        return new EndTxnRequestData()
                .setTransactionalId(ID)
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setCommitted(commit);
    }

    private Errors endTxn(boolean commit) {
        return Errors.forCode(
                client.call(new EndTxnRequest.Builder(end(commit), false).build((short) 4), EndTxnResponse.class)
                        .data()
                        .errorCode());
    }

    private FetchResponseData.PartitionData fetch() {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setIsolationLevel((byte) 1)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setPartitionMaxBytes(1 << 20)))));
        return client.call(new FetchRequest(request, (short) 11), FetchResponse.class)
                .data()
                .responses()
                .get(0)
                .partitions()
                .get(0);
    }
}
