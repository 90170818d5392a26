package io.millrace.server.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Machines whose controller ({@code plc-1} and on) sends readings with the stock Kafka producer and its default settings. */
final class MachineProducer implements AutoCloseable {

    static final int MACHINES = 5;

    private static final long INTERVAL_MS = 250;
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private final String topic;
    private final KafkaProducer<String, String> producer;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Thread thread = new Thread(this::run, "demo-machines");

    private MachineProducer(String bootstrapServers, String topic) {
        this.topic = topic;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "demo-machines",
                        ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false),
                new StringSerializer(),
                new StringSerializer());
    }

    static MachineProducer start(String bootstrapServers, String topic) {
        MachineProducer machines = new MachineProducer(bootstrapServers, topic);
        machines.thread.start();
        return machines;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<SimulatedDevice> machines = new ArrayList<>();
        for (int i = 1; i <= MACHINES; i++) {
            machines.add(new SimulatedDevice("plc-" + i, 1_000 + i));
        }
        try (producer) {
            while (!Thread.currentThread().isInterrupted()) {
                for (SimulatedDevice machine : machines) {
                    producer.send(
                            new ProducerRecord<>(topic, machine.name(), machine.nextReading()),
                            (metadata, e) -> (e == null ? acknowledged : failed).incrementAndGet());
                }
                TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
            }
        } catch (InterruptedException | InterruptException e) {
            // Closed: leaving the block sends what is buffered.
        }
    }
}
