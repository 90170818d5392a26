package io.millrace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How long groups take to spread partitions, and how many commits a node takes: {@code GroupLoad ROUNDS NAME=BOOTSTRAP…}, for example
 * {@code GroupLoad 3 millrace=127.0.0.1:9092 kafka=127.0.0.1:19092}. The nodes are measured in turn, in another order each round. Prints
 * a line for each figure.
 *
 * <ul>
 *   <li>join: from the subscription of the third member of a group of two to the moment at which all three have partitions;
 *   <li>leave: from the close of one of three to the moment at which the other two have all partitions;
 *   <li>commits: synchronous ones of one consumer, one behind the other, and of 16 consumers at the same time.
 * </ul>
 */
public final class GroupLoad {

    private static final int PARTITIONS = 12;
    private static final int COMMITS = 2_000;
    private static final int COMMITTERS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final String bootstrap;
    private final String run = "g" + System.nanoTime();
    private int groups;

    private GroupLoad(String name, String bootstrap) {
        this.name = name;
        this.bootstrap = bootstrap;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        List<GroupLoad> nodes = new ArrayList<>();
        for (String each : Arrays.asList(arguments).subList(1, arguments.length)) {
            String[] parts = each.split("=", 2);
            GroupLoad node = new GroupLoad(parts[0], parts[1]);
            node.create();
            // Not counted: the first ones start the coordinator, and this program.
            node.commits(1, 200);
            nodes.add(node);
        }
        for (int round = 1; round <= rounds; round++) {
            System.out.println("round " + round);
            for (int i = 0; i < nodes.size(); i++) {
                GroupLoad node = nodes.get((i + round) % nodes.size());
                for (String protocol : List.of("classic", "consumer")) {
                    node.rebalances(protocol);
                }
                node.commits(1, COMMITS);
                node.commits(COMMITTERS, COMMITS / 4);
            }
        }
    }

    private void create() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(run, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    private void rebalances(String protocol) throws InterruptedException {
        String group = run + "-" + groups++;
        List<Member> members = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                members.add(new Member(group, protocol));
            }
            await(members, 2);
            long began = System.nanoTime();
            members.add(new Member(group, protocol));
            await(members, 3);
            say(protocol + " join", began);
            began = System.nanoTime();
            members.remove(0).close();
            await(members, 2);
            say(protocol + " leave", began);
        } finally {
            for (Member each : members) {
                each.close();
            }
        }
    }

    private void say(String figure, long beganNanos) {
        System.out.printf("%s %s %d ms%n", name, figure, (System.nanoTime() - beganNanos) / 1_000_000);
    }

    private static void await(List<Member> members, int count) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            int sum = members.stream().mapToInt(each -> each.assigned.get()).sum();
            boolean allHave = members.stream().allMatch(each -> each.assigned.get() > 0);
            if (members.size() == count && sum == PARTITIONS && allHave) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the partitions were not spread within " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** A consumer on a thread of its own. */
    private final class Member implements ConsumerRebalanceListener {
        final AtomicInteger assigned = new AtomicInteger();
        private final Thread thread;
        private volatile boolean stopped;

        Member(String group, String protocol) {
            thread = new Thread(() -> {
                try (KafkaConsumer<byte[], byte[]> consumer = consumer(group, protocol)) {
                    consumer.subscribe(List.of(run), this);
                    while (!stopped) {
                        consumer.poll(Duration.ofMillis(20));
                    }
                }
            });
            thread.start();
        }

        void close() throws InterruptedException {
            stopped = true;
            thread.join();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assigned.addAndGet(partitions.size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            assigned.addAndGet(-partitions.size());
        }
    }

    private void commits(int committers, int each) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(committers);
        long began = System.nanoTime();
        for (int i = 0; i < committers; i++) {
            String group = run + "-" + groups++;
            TopicPartition partition = new TopicPartition(run, i % PARTITIONS);
            new Thread(() -> {
                        try (KafkaConsumer<byte[], byte[]> consumer = consumer(group, "classic")) {
                            consumer.assign(List.of(partition));
                            for (int offset = 0; offset < each; offset++) {
                                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
                            }
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        done.await();
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("%s commits by %d: %.0f/s%n", name, committers, committers * each / seconds);
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group, String protocol) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "group.id", group,
                        "group.protocol", protocol,
                        "enable.auto.commit", false,
                        "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
