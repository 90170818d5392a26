package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Share groups (KIP-932) with the client that everybody has. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ShareGroupsIT {

    /** Outlasts every test: nothing comes back because of it. */
    private static final int LONG_LOCK_MS = 600_000;

    /** Longer than a busy machine stands still: what is acknowledged or renewed at once is so in time. */
    private static final int SHORT_LOCK_MS = 5_000;

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private KafkaTestNode node;
    private final List<ShareReader> readers = new ArrayList<>();

    @BeforeEach
    void start() {
        start(LONG_LOCK_MS, "read_uncommitted");
    }

    private void restart(int lockMs, String isolationLevel) {
        node.close();
        start(lockMs, isolationLevel);
    }

    private void start(int lockMs, String isolationLevel) {
        GroupsConfig groups = new GroupsConfig(4, 60, 4_096, 500, 60_000, 0, 100, 6_000, 500, GroupBounds.defaults());
        ShareGroupsConfig shareGroups = new ShareGroupsConfig(4, 10, 100, lockMs, 3, 2_000, "earliest", isolationLevel);
        node = KafkaTestNode.start(
                directory,
                cluster -> cluster.withGroups(groups).withShareGroups(shareGroups),
                UnaryOperator.identity());
    }

    @AfterEach
    void stop() {
        readers.forEach(ShareReader::close);
        node.close();
    }

    private ShareReader reader(String topic, Function<ShareReader.Seen, AcknowledgeType> verdict) {
        ShareReader reader = new ShareReader(node.bootstrap(), "sharers", List.of(topic), Map.of(), verdict);
        readers.add(reader);
        return reader;
    }

    private void produce(String topic, int partitions, int first, int count) throws Exception {
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            List<? extends Future<?>> sent = IntStream.range(first, first + count)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(topic, i % partitions, null, "v" + i)))
                    .toList();
            for (Future<?> each : sent) {
                each.get();
            }
        }
    }

    private static List<String> values(int count) {
        return IntStream.range(0, count).mapToObj(i -> "v" + i).toList();
    }

    private List<String> seenByAll() {
        return readers.stream().flatMap(each -> each.values().stream()).toList();
    }

    @Test
    void eachRecordGoesToOneOfTwoMembers() throws Exception {
        node.createTopic("work", 2);
        reader("work", seen -> AcknowledgeType.ACCEPT);
        reader("work", seen -> AcknowledgeType.ACCEPT);
        produce("work", 2, 0, 500);

        await().atMost(PATIENCE).until(() -> seenByAll().size() >= 500);
        produce("work", 2, 500, 500);
        await().atMost(PATIENCE).until(() -> seenByAll().size() >= 1_000);

        assertThat(seenByAll()).containsExactlyInAnyOrderElementsOf(values(1_000));
        assertThat(readers).allSatisfy(each -> {
            assertThat(each.failure()).isNull();
            assertThat(each.refusals()).isZero();
            assertThat(each.seen()).allMatch(seen -> seen.deliveryCount() == 1);
        });
    }

    private void awaitSeen(ShareReader reader, String... values) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(reader.values()).contains(values));
    }

    private static int deliveries(List<ShareReader.Seen> seen, String value) {
        return (int) seen.stream().filter(each -> each.value().equals(value)).count();
    }

    @Test
    void whatAMemberHoldsForTooLongIsGivenToAnother() throws Exception {
        restart(SHORT_LOCK_MS, "read_uncommitted");
        node.createTopic("held", 1);
        produce("held", 1, 0, 10);
        ShareReader holder = reader("held", seen -> null);
        await().atMost(PATIENCE).until(() -> holder.seen().size() == 1);

        ShareReader other = reader("held", seen -> AcknowledgeType.ACCEPT);

        await().atMost(PATIENCE).until(() -> other.seen().size() >= 10);
        assertThat(other.values()).containsExactlyInAnyOrderElementsOf(values(10));
        assertThat(other.seen()).allMatch(seen -> seen.deliveryCount() == 2);
    }

    @Test
    void whatIsReleasedComesAgainWhatIsRejectedDoesNot() throws Exception {
        node.createTopic("judged", 1);
        ShareReader judge = reader("judged", seen -> switch (seen.value()) {
            case "v1" -> AcknowledgeType.REJECT;
            case "v2" -> seen.deliveryCount() == 1 ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT;
            default -> AcknowledgeType.ACCEPT;
        });
        produce("judged", 1, 0, 5);
        await().atMost(PATIENCE).until(() -> deliveries(judge.seen(), "v2") == 2);
        produce("judged", 1, 5, 1);
        awaitSeen(judge, "v5");

        assertThat(judge.values()).containsExactlyInAnyOrder("v0", "v1", "v2", "v2", "v3", "v4", "v5");
        assertThat(judge.seen().stream().filter(each -> each.value().equals("v2")))
                .extracting(ShareReader.Seen::deliveryCount)
                .containsExactly(1, 2);
    }

    @Test
    void aRecordThatNobodyCanDealWithIsGivenUp() throws Exception {
        node.createTopic("poison", 1);
        ShareReader reader =
                reader("poison", seen -> seen.value().equals("v0") ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT);
        produce("poison", 1, 0, 2);
        await().atMost(PATIENCE).until(() -> deliveries(reader.seen(), "v0") == 3);

        produce("poison", 1, 2, 1);
        awaitSeen(reader, "v2");

        assertThat(deliveries(reader.seen(), "v0")).isEqualTo(3);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(offset("sharers", "poison", 0).startOffset()).isEqualTo(3));
    }

    @Test
    void whatAMemberHasWhenItLeavesIsGivenToAnotherAtOnce() throws Exception {
        node.createTopic("left", 1);
        produce("left", 1, 0, 10);
        ShareReader leaver = reader("left", seen -> null);
        await().atMost(PATIENCE).until(() -> leaver.seen().size() == 1);
        ShareReader other = reader("left", seen -> AcknowledgeType.ACCEPT);

        leaver.close();

        await().atMost(PATIENCE).until(() -> other.seen().size() >= 10);
        assertThat(other.values()).containsExactlyInAnyOrderElementsOf(values(10));
    }

    @Test
    void whatIsRenewedStaysWithItsMember() throws Exception {
        restart(SHORT_LOCK_MS, "read_uncommitted");
        node.createTopic("slow", 1);
        produce("slow", 1, 0, 1);
        AtomicLong cameNanos = new AtomicLong();
        ShareReader slow = reader("slow", seen -> {
            cameNanos.compareAndSet(0, System.nanoTime());
            return System.nanoTime() - cameNanos.get() > TimeUnit.MILLISECONDS.toNanos(2 * SHORT_LOCK_MS)
                    ? AcknowledgeType.ACCEPT
                    : AcknowledgeType.RENEW;
        });
        awaitSeen(slow, "v0");
        ShareReader other = reader("slow", seen -> AcknowledgeType.ACCEPT);

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(offset("sharers", "slow", 0).startOffset()).isEqualTo(1));

        assertThat(slow.failure()).isNull();
        assertThat(other.values()).isEmpty();
        assertThat(slow.seen()).allMatch(seen -> seen.deliveryCount() == 1);
    }

    @Test
    void whatIsAcknowledgedStaysSoWhenTheNodeIsStartedAgain() throws Exception {
        node.createTopic("kept", 1);
        produce("kept", 1, 0, 20);
        // What is released comes again, and is held then: whoever is given it after the start is given it for the last
        // time.
        ShareReader half = reader("kept", seen -> {
            if (isEven(seen.value())) {
                return AcknowledgeType.ACCEPT;
            }
            return seen.deliveryCount() == 1 ? AcknowledgeType.RELEASE : null;
        });
        await().atMost(PATIENCE).until(() -> half.seen().size() > 20);
        assertThat(half.values()).containsAll(values(20));
        half.close();
        readers.clear();

        restart(LONG_LOCK_MS, "read_uncommitted");
        ShareReader rest = reader("kept", seen -> AcknowledgeType.ACCEPT);
        produce("kept", 1, 20, 1);
        List<String> left = values(21).stream()
                .filter(each -> !isEven(each) || each.equals("v20"))
                .toList();

        await().atMost(PATIENCE).until(() -> rest.seen().size() >= left.size());
        assertThat(rest.values()).containsExactlyInAnyOrderElementsOf(left);
    }

    private static boolean isEven(String value) {
        return Integer.parseInt(value.substring(1)) % 2 == 0;
    }

    @Test
    void recordsOfAbortedTransactionsAreDeliveredOnlyToThoseWhoWantThem() throws Exception {
        restart(LONG_LOCK_MS, "read_committed");
        node.createTopic("tx", 1);
        ShareReader reader = reader("tx", seen -> AcknowledgeType.ACCEPT);
        try (KafkaProducer<String, String> producer = node.producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            // The last one is committed: with what is acknowledged of it is stored that those before are done with.
            for (int i = 0; i < 7; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("tx", 0, null, "v" + i));
                producer.flush();
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        awaitSeen(reader, "v0", "v2", "v4", "v6");

        assertThat(reader.values()).containsExactly("v0", "v2", "v4", "v6");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(offset("sharers", "tx", 0).lag()).hasValue(0L));
    }

    private SharePartitionOffsetInfo offset(String group, String topic, int partition) throws Exception {
        try (Admin admin = node.admin()) {
            return admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(group)
                    .get(10, TimeUnit.SECONDS)
                    .get(new TopicPartition(topic, partition));
        }
    }

    @Test
    void administratorsListDescribeSetBackAndDelete() throws Exception {
        node.createTopic("managed", 1);
        try (Admin admin = node.admin()) {
            ShareReader first = reader("managed", seen -> AcknowledgeType.ACCEPT);
            produce("managed", 1, 0, 10);
            await().atMost(PATIENCE).until(() -> first.seen().size() == 10);

            assertThat(admin.listGroups(ListGroupsOptions.forShareGroups())
                            .all()
                            .get())
                    .extracting(GroupListing::groupId)
                    .containsExactly("sharers");
            ShareGroupDescription described = describe(admin);
            assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(described.members()).hasSize(1);
            assertThat(described.members().iterator().next().assignment().topicPartitions())
                    .containsExactly(new TopicPartition("managed", 0));
            assertThatThrownBy(() ->
                            admin.deleteShareGroups(List.of("sharers")).all().get())
                    .hasCauseInstanceOf(GroupNotEmptyException.class);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(offset("sharers", "managed", 0).startOffset())
                                    .isEqualTo(10));
            first.close();

            awaitEmpty(admin);
            admin.alterShareGroupOffsets("sharers", Map.of(new TopicPartition("managed", 0), 4L))
                    .all()
                    .get();
            assertThat(offset("sharers", "managed", 0).startOffset()).isEqualTo(4);
            ShareReader second = reader("managed", seen -> AcknowledgeType.ACCEPT);
            await().atMost(PATIENCE).until(() -> second.seen().size() >= 6);
            assertThat(second.values()).containsExactly("v4", "v5", "v6", "v7", "v8", "v9");
            second.close();
            awaitEmpty(admin);

            admin.deleteShareGroupOffsets("sharers", Set.of("managed")).all().get();
            assertThat(offset("sharers", "managed", 0)).isNull();
            admin.deleteShareGroups(List.of("sharers")).all().get();
            assertThatThrownBy(() -> describe(admin)).hasCauseInstanceOf(GroupIdNotFoundException.class);
        }
    }

    /** A member that leaves waits for the answer only so long; if it does not come the coordinator finds out by the silence. */
    private static void awaitEmpty(Admin admin) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(describe(admin).groupState()).isEqualTo(GroupState.EMPTY));
    }

    private static ShareGroupDescription describe(Admin admin) throws Exception {
        return admin.describeShareGroups(List.of("sharers"))
                .describedGroups()
                .get("sharers")
                .get(10, TimeUnit.SECONDS);
    }
}
