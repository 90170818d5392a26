package io.millrace.server.chaos;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

/** What an administrator sees of a cluster, over the Kafka protocol. */
public final class ClusterView implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As {@code cluster.voters} is by default. */
    private static final int VOTERS = 3;

    private final Admin admin;
    private final String topic;

    ClusterView(String bootstrapServers, String topic) {
        this.topic = topic;
        this.admin = Admin.create(Map.of(
                "bootstrap.servers", bootstrapServers,
                "default.api.timeout.ms", 30_000,
                "request.timeout.ms", 5_000,
                "metadata.max.age.ms", 1_000));
    }

    void createTopic(int partitions, int replicas, int minInSync) throws Exception {
        NewTopic wanted = new NewTopic(topic, partitions, (short) replicas)
                .configs(Map.of("min.insync.replicas", String.valueOf(minInSync)));
        admin.createTopics(List.of(wanted)).all().get(30, TimeUnit.SECONDS);
        awaitVoters(Math.min(replicas, VOTERS));
        awaitAllInSync();
    }

    /** Of a cluster of three that was just founded: before that it cannot do without some of its nodes. */
    public static void awaitAllVoters(String bootstrapServers) {
        try (ClusterView view = new ClusterView(bootstrapServers, "")) {
            view.awaitVoters(VOTERS);
        }
    }

    /** Nodes that have just founded a cluster become voters one after the other; only then it can do without one of them. */
    private void awaitVoters(int count) {
        Awaitility.await()
                .alias(count + " voters")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> voterDirectories().size() == count);
    }

    /** The node that leads most partitions. */
    int leaderHeaviest() throws Exception {
        Map<Integer, Integer> leaders = new HashMap<>();
        for (TopicPartitionInfo partition : describe().partitions()) {
            if (partition.leader() != null) {
                leaders.merge(partition.leader().id(), 1, Integer::sum);
            }
        }
        return leaders.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    int controller() throws Exception {
        return admin.describeCluster().controller().get(30, TimeUnit.SECONDS).id();
    }

    /** Waits until every replica of every partition is in sync. */
    void awaitAllInSync() {
        Awaitility.await()
                .alias("all replicas in sync")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> describe().partitions().stream()
                        .allMatch(each -> each.leader() != null
                                && each.isr().size() == each.replicas().size()));
    }

    /** Asks for the first replica of each partition as its leader, and waits until it leads. */
    void awaitPreferredLeaders() {
        Awaitility.await()
                .alias("all preferred leaders lead")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .until(() -> {
                    admin.electLeaders(ElectionType.PREFERRED, null).all().get(30, TimeUnit.SECONDS);
                    return describe().partitions().stream()
                            .allMatch(each -> each.leader() != null
                                    && each.leader().id()
                                            == each.replicas().get(0).id());
                });
    }

    /** The disks of those that vote on the metadata. */
    Set<Uuid> voterDirectories() throws Exception {
        return admin.describeMetadataQuorum().quorumInfo().get(30, TimeUnit.SECONDS).voters().stream()
                .map(QuorumInfo.ReplicaState::replicaDirectoryId)
                .collect(Collectors.toSet());
    }

    /** Waits until there are as many voters as before, one of them with another disk. */
    void awaitVoterReplaced(Set<Uuid> before) {
        Awaitility.await()
                .alias("a voter has a new disk")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> {
                    Set<Uuid> now = voterDirectories();
                    return now.size() == before.size() && !now.equals(before);
                });
    }

    /** Where each partition ends for consumers. */
    long[] ends(int partitions) throws Exception {
        Map<TopicPartition, OffsetSpec> wanted = IntStream.range(0, partitions)
                .mapToObj(each -> new TopicPartition(topic, each))
                .collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
        long[] ends = new long[partitions];
        admin.listOffsets(wanted)
                .all()
                .get(30, TimeUnit.SECONDS)
                .forEach((partition, end) -> ends[partition.partition()] = end.offset());
        return ends;
    }

    private TopicDescription describe() throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(30, TimeUnit.SECONDS)
                .get(topic);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
