package io.millrace.server;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An idempotent producer that sends to several partitions as fast as it goes, until the node is gone. */
final class CrashLoad implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CrashLoad.class);

    private static final int KEYS = 40;

    /** One update in so many deletes its key. */
    private static final int TOMBSTONE_EVERY = 10;

    private final KafkaProducer<String, String> producer;
    private final Map<TopicPartition, SentRecords> sent;
    private final Random random;
    private final String round;
    private final Thread thread = new Thread(this::send, "load");

    private CrashLoad(String bootstrap, Map<TopicPartition, SentRecords> sent, long seed, int round) {
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "linger.ms",
                        1,
                        "batch.size",
                        4096,
                        // Bounds how far the load runs ahead of the acknowledgements.
                        "buffer.memory",
                        1 << 20),
                new StringSerializer(),
                new StringSerializer());
        this.sent = sent;
        this.random = new Random(seed);
        this.round = round + ":";
    }

    static CrashLoad start(String bootstrap, Map<TopicPartition, SentRecords> sent, long seed, int round) {
        CrashLoad load = new CrashLoad(bootstrap, sent, seed, round);
        load.thread.start();
        return load;
    }

    private void send() {
        try {
            for (int sequence = 0; ; sequence++) {
                String value = round + sequence;
                sent.forEach((partition, records) -> send(partition, records, value));
            }
        } catch (RuntimeException e) {
            log.debug("the load ended as it should: {}", e.toString());
        }
    }

    private void send(TopicPartition partition, SentRecords records, String value) {
        String key = "key-" + random.nextInt(KEYS);
        String update = random.nextInt(TOMBSTONE_EVERY) == 0 ? null : value;
        int expectedOffset = records.add(key, update);
        producer.send(
                new ProducerRecord<>(partition.topic(), partition.partition(), key, update), (metadata, failure) -> {
                    if (failure == null) {
                        records.acknowledged(expectedOffset, metadata.offset());
                    }
                });
    }

    /** After the node is gone: nothing is acknowledged any more on return. */
    @Override
    public void close() throws InterruptedException {
        producer.close(Duration.ZERO);
        thread.join();
    }
}
