package io.millrace.server.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.LoggerFactory;

/** Idempotent producers with acks=all that go on whatever happens, each on a thread of its own. Closing waits for what is under way. */
final class Producers implements AutoCloseable {

    static {
        // What is done to the nodes on purpose makes thousands of warnings.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka.clients")).setLevel(Level.ERROR);
    }

    private final History history;
    private final String topic;
    private final int partitions;
    private final List<Thread> threads = new ArrayList<>();
    private final List<KafkaProducer<String, String>> producers = new ArrayList<>();
    private volatile boolean stopped;

    private Producers(History history, String topic, int partitions) {
        this.history = history;
        this.topic = topic;
        this.partitions = partitions;
    }

    /** @param recordsPerSecond of each producer */
    static Producers start(
            String bootstrapServers, History history, String topic, int partitions, int count, int recordsPerSecond) {
        Producers all = new Producers(history, topic, partitions);
        for (int number = 0; number < count; number++) {
            all.start(number, bootstrapServers, recordsPerSecond);
        }
        return all;
    }

    private void start(int number, String bootstrapServers, int recordsPerSecond) {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "acks", "all",
                        "enable.idempotence", true,
                        "linger.ms", 2,
                        "delivery.timeout.ms", 120_000,
                        "request.timeout.ms", 3_000,
                        "reconnect.backoff.max.ms", 200,
                        "metadata.max.age.ms", 1_000),
                new StringSerializer(),
                new StringSerializer());
        producers.add(producer);
        Thread thread = new Thread(() -> produce(number, producer, recordsPerSecond), "producer-" + number);
        threads.add(thread);
        thread.start();
    }

    private void produce(int number, KafkaProducer<String, String> producer, int recordsPerSecond) {
        long intervalNs = 1_000_000_000L / recordsPerSecond;
        long due = System.nanoTime();
        int partition = number;
        while (!stopped) {
            partition = (partition + 1) % partitions;
            String value = history.next(number, partition);
            producer.send(new ProducerRecord<>(topic, partition, null, value), (metadata, failure) -> {
                if (failure == null) {
                    history.acknowledged(value, metadata.offset(), System.nanoTime());
                } else {
                    history.failed(failure);
                }
            });
            due += intervalNs;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        producer.flush();
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(130).toMillis());
        }
        producers.forEach(producer -> producer.close(Duration.ofSeconds(1)));
    }
}
