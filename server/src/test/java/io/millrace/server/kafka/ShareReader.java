package io.millrace.server.kafka;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A member of a share group, polling on a thread of its own; says of each record what it is told to say. */
public final class ShareReader implements AutoCloseable {

    /** What was seen: the value, and how often it had been delivered by then. */
    public record Seen(String value, int partition, int deliveryCount) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<String> givenAgain = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Set<String> confirmed;
    private final KafkaShareConsumer<String, String> consumer;
    private final Function<Seen, AcknowledgeType> verdict;
    private final Thread thread;
    private final CountDownLatch hung = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile boolean hangs;
    private volatile Throwable failure;

    /** @param verdict null for a record: the member says nothing any more, and polls no more, but stays there */
    public ShareReader(
            String bootstrap,
            String group,
            List<String> topics,
            Map<String, ?> more,
            Function<Seen, AcknowledgeType> verdict) {
        this(bootstrap, group, topics, more, verdict, ConcurrentHashMap.newKeySet());
    }

    /** @param confirmed where it adds the values of which it was told that they are acknowledged; others may add theirs */
    public ShareReader(
            String bootstrap,
            String group,
            List<String> topics,
            Map<String, ?> more,
            Function<Seen, AcknowledgeType> verdict,
            Set<String> confirmed) {
        this.confirmed = confirmed;
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", group);
        settings.put("share.acknowledgement.mode", "explicit");
        settings.putAll(more);
        this.consumer = new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        this.verdict = verdict;
        consumer.subscribe(topics);
        this.thread = new Thread(this::run, "share-reader-" + group);
        thread.start();
    }

    private void run() {
        try {
            while (!stopped && !hangs) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, String> each : records) {
                    Seen what = new Seen(
                            each.value(), each.partition(), each.deliveryCount().orElse((short) 0));
                    seen.add(what);
                    if (confirmed.contains(what.value())) {
                        givenAgain.add(what.value());
                    }
                    AcknowledgeType says = verdict.apply(what);
                    if (says == null) {
                        hangs = true;
                        break;
                    }
                    consumer.acknowledge(each, says);
                }
                if (!hangs) {
                    confirm(records);
                }
            }
            if (hangs) {
                hung.await();
            }
        } catch (WakeupException stopping) {
            return;
        } catch (Throwable e) {
            failure = e;
        } finally {
            consumer.close(Duration.ofSeconds(5));
        }
    }

    private void confirm(ConsumerRecords<String, String> records) {
        Set<TopicPartition> refused = new HashSet<>();
        try {
            consumer.commitSync(Duration.ofSeconds(10))
                    .forEach((partition, failed) -> failed.ifPresent(why -> refused.add(partition.topicPartition())));
        } catch (TimeoutException unknown) {
            refused.addAll(records.partitions());
        }
        refusals.addAndGet(refused.size());
        for (ConsumerRecord<String, String> each : records) {
            if (!refused.contains(new TopicPartition(each.topic(), each.partition()))) {
                confirmed.add(each.value());
            }
        }
    }

    /** Values that it was given although somebody had been told before that they were acknowledged. */
    public List<String> givenAgain() {
        return List.copyOf(givenAgain);
    }

    /** How often the acknowledgements of a partition were not accepted. */
    public int refusals() {
        return refusals.get();
    }

    /** All that it was given, in that order. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    public List<String> values() {
        return seen.stream().map(Seen::value).toList();
    }

    public Throwable failure() {
        return failure;
    }

    @Override
    public void close() {
        stopped = true;
        hung.countDown();
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
