package io.millrace.compat.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What an application does with the Java client: {@code Journey BOOTSTRAP STEP…}. Prints {@code ok STEP} for each, with the version of
 * the client behind it.
 */
public final class Journey {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int RECORDS = 200;

    private static final String VERSION = version();

    private final String bootstrap;
    private final String prefix;

    private Journey(String bootstrap) {
        this.bootstrap = bootstrap;
        this.prefix = "journey-" + VERSION.replace('.', '-') + "-";
    }

    private interface Step {
        void run() throws Exception;
    }

    public static void main(String[] arguments) {
        Journey journey = new Journey(arguments[0]);
        Map<String, Step> steps = new HashMap<>();
        steps.put("codecs", journey::codecs);
        steps.put("times", journey::times);
        steps.put("admin", journey::admin);
        steps.put("group", journey::group);
        steps.put("transactions", journey::transactions);
        int failures = 0;
        for (String name : List.of(arguments).subList(1, arguments.length)) {
            try {
                steps.get(name).run();
                System.out.println("ok " + name + " " + VERSION);
            } catch (Exception | AssertionError e) {
                failures++;
                System.out.println("failed " + name + " " + VERSION);
                e.printStackTrace(System.out);
            }
        }
        System.exit(failures == 0 ? 0 : 1);
    }

    /** The class that tells it has moved from version to version; where it reads it from has not. */
    private static String version() {
        Properties all = new Properties();
        try (InputStream in = Journey.class.getResourceAsStream("/kafka/kafka-version.properties")) {
            all.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.getProperty("version");
    }

    private void codecs() throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            String topic = create(codec, 3, Map.of());
            List<String> sent = values(codec);
            produce(topic, sent, Map.of("compression.type", codec, "enable.idempotence", "true"));
            require(new TreeSet<>(sent), new TreeSet<>(values(consumeAll(topic, 3, "read_uncommitted"))));
        }
    }

    private void times() throws Exception {
        String topic = create("times", 1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(producerSettings(Map.of()))) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(topic, 0, 1_000_000L + i, "k", "v" + i));
            }
            producer.flush();
        }
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumerSettings(Map.of()))) {
            long found = consumer.offsetsForTimes(Collections.singletonMap(partition, 1_000_050L))
                    .get(partition)
                    .offset();
            require(50L, found);
            require(0L, consumer.beginningOffsets(Set.of(partition)).get(partition));
            require((long) RECORDS, consumer.endOffsets(Set.of(partition)).get(partition));
        }
    }

    private void admin() throws Exception {
        String topic = create("admin", 2, Map.of("retention.ms", "86400000"));
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Admin.create(settings(Map.of()))) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            require(
                    "86400000",
                    admin.describeConfigs(List.of(resource))
                            .all()
                            .get()
                            .get(resource)
                            .get("retention.ms")
                            .value());
            require(true, admin.listTopics().names().get().contains(topic));
            produce(topic, values("admin"), Map.of());
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(5)))
                    .all()
                    .get();
            require(
                    5L,
                    admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                            .all()
                            .get()
                            .get(partition)
                            .offset());
            require(1, admin.describeCluster().nodes().get().size());
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    /** Two lives of one group: the second goes on where the first has committed. */
    private void group() throws Exception {
        String topic = create("group", 3, Map.of());
        Map<String, String> settings = Map.of("group.id", prefix + "group", "auto.offset.reset", "earliest");
        List<String> sent = values("group");
        produce(topic, sent, Map.of());
        List<String> seen = new ArrayList<>(consume(topic, settings, sent.size() / 2));
        seen.addAll(consume(topic, settings, sent.size() - seen.size()));
        require(new TreeSet<>(sent), new TreeSet<>(seen));
        require(sent.size(), seen.size());
    }

    private List<String> consume(String topic, Map<String, String> more, int atLeast) {
        List<String> seen = new ArrayList<>();
        Map<String, String> settings = new HashMap<>(more);
        settings.put("max.poll.records", "10");
        settings.put("enable.auto.commit", "false");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumerSettings(settings))) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (seen.size() < atLeast && System.nanoTime() < deadline) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                records.forEach(each -> seen.add(each.value()));
                consumer.commitSync();
            }
        }
        return seen;
    }

    /** Reads one topic and writes another, offsets included; one transaction is aborted and done again. */
    private void transactions() throws Exception {
        String in = create("in", 1, Map.of());
        String out = create("out", 2, Map.of());
        List<String> sent = values("transaction");
        produce(in, sent, Map.of());
        Map<String, String> group = Map.of(
                "group.id",
                prefix + "copier",
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                "false",
                "max.poll.records",
                "20");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumerSettings(group));
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(producerSettings(Map.of("transactional.id", prefix + "copier")))) {
            producer.initTransactions();
            consumer.subscribe(List.of(in));
            int copied = 0;
            boolean aborted = false;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (copied < sent.size() && System.nanoTime() < deadline) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                if (records.isEmpty()) {
                    continue;
                }
                producer.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (ConsumerRecord<String, String> each : records) {
                    producer.send(new ProducerRecord<>(out, each.value(), each.value()));
                    offsets.put(
                            new TopicPartition(each.topic(), each.partition()),
                            new OffsetAndMetadata(each.offset() + 1));
                }
                producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                if (!aborted) {
                    aborted = true;
                    // Else nothing of it need have left the producer.
                    producer.flush();
                    producer.abortTransaction();
                    consumer.seek(new TopicPartition(in, 0), 0);
                } else {
                    producer.commitTransaction();
                    copied += records.count();
                }
            }
        }
        List<String> committed = values(consumeAll(out, 2, "read_committed"));
        // A commit is answered when it is decided; readers are told of it a moment later.
        long decidedBy = System.nanoTime() + PATIENCE.toNanos();
        while (committed.size() < sent.size() && System.nanoTime() < decidedBy) {
            committed = values(consumeAll(out, 2, "read_committed"));
        }
        require(sent.size(), committed.size());
        require(new TreeSet<>(sent), new TreeSet<>(committed));
        require(true, consumeAll(out, 2, "read_uncommitted").size() > sent.size());
    }

    private static List<String> values(String what) {
        return IntStream.range(0, RECORDS).mapToObj(i -> what + " " + i).collect(Collectors.toList());
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).collect(Collectors.toList());
    }

    private String create(String name, int partitions, Map<String, String> config) throws Exception {
        String topic = prefix + name;
        try (Admin admin = Admin.create(settings(Map.of()))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(config)))
                    .all()
                    .get();
        }
        return topic;
    }

    private void produce(String topic, List<String> values, Map<String, String> more) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(producerSettings(more))) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, value, value), (done, failure) -> {
                    if (failure != null) {
                        failure.printStackTrace(System.out);
                    }
                });
            }
            producer.flush();
        }
    }

    private List<ConsumerRecord<String, String>> consumeAll(String topic, int partitions, String isolation) {
        List<ConsumerRecord<String, String>> all = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(consumerSettings(Map.of("isolation.level", isolation)))) {
            List<TopicPartition> assigned = IntStream.range(0, partitions)
                    .mapToObj(i -> new TopicPartition(topic, i))
                    .collect(Collectors.toList());
            consumer.assign(assigned);
            consumer.seekToBeginning(assigned);
            Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (assigned.stream().anyMatch(each -> consumer.position(each) < ends.get(each))
                    && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            }
        }
        return all;
    }

    private Properties settings(Map<String, String> more) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.putAll(more);
        return all;
    }

    private Properties producerSettings(Map<String, String> more) {
        Properties all = settings(more);
        all.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        all.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        all.put("acks", "all");
        return all;
    }

    private Properties consumerSettings(Map<String, String> more) {
        Properties all = settings(more);
        all.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        all.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        return all;
    }

    private static void require(Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }
}
