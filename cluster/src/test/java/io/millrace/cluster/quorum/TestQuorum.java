package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.peer.PeerAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.raft.errors.NotLeaderException;

/** Nodes over real directories and a network in memory, that should become so many voters. */
final class TestQuorum implements AutoCloseable {

    final MemoryTransport network = new MemoryTransport();
    private final Path directory;
    private final int voters;
    private final TreeMap<Integer, TestNode> running = new TreeMap<>();
    private final List<Long> appended = new ArrayList<>();
    private int directories;

    TestQuorum(Path directory, int voters) {
        this.directory = directory;
        this.voters = voters;
    }

    /** The first node founds the cluster, the others join; returns when all are voters that should be. */
    TestQuorum start(int nodes) throws IOException {
        started(blank(1).format().start());
        for (int id = 2; id <= nodes; id++) {
            started(blank(id).start(node(1).address));
        }
        awaitVoters(Math.min(nodes, voters));
        return this;
    }

    TestNode blank(int id) {
        directories++;
        return new TestNode(id, directory.resolve("data-" + directories), new UUID(7, directories), network, voters);
    }

    TestNode started(TestNode node) {
        running.put(node.id, node);
        return node;
    }

    TestNode node(int id) {
        return running.get(id);
    }

    PeerAddress[] addresses() {
        return running.values().stream().map(node -> node.address).toArray(PeerAddress[]::new);
    }

    /** Starts a killed node again on its disk. */
    TestNode again(TestNode killed, PeerAddress... bootstrap) throws IOException {
        return started(killed.again().start(bootstrap));
    }

    TestNode kill(TestNode node) {
        running.remove(node.id);
        node.kill();
        return node;
    }

    TestNode leader() {
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        running.values().stream().filter(TestNode::isLeader).count() == 1);
        return running.values().stream().filter(TestNode::isLeader).findFirst().orElseThrow();
    }

    TestNode aFollower() {
        TestNode leader = leader();
        return running.values().stream()
                .filter(node -> node != leader)
                .findFirst()
                .orElseThrow();
    }

    void awaitVoters(int count) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(leader().status().voters()).hasSize(count));
    }

    void awaitVoter(TestNode node) {
        await().atMost(Duration.ofSeconds(20)).until(() -> node.status().role() != QuorumStatus.Role.OBSERVER);
    }

    /** Appends the next number and waits until every node that runs has all of them, in order. */
    void commit() {
        long number = appended.size() + 1;
        // On a busy machine a leader may change at any time, and take what is not committed with it.
        await().atMost(Duration.ofSeconds(20)).pollDelay(Duration.ZERO).until(() -> append(number));
        appended.add(number);
        awaitEverything();
    }

    /** Appends many in one batch; on a quorum whose leader stays. */
    void appendAll(long... numbers) {
        List<Long> list = Arrays.stream(numbers).boxed().toList();
        leader().appendAll(list);
        appended.addAll(list);
        awaitEverything();
    }

    private boolean append(long number) {
        TestNode leader = leader();
        long offset;
        try {
            offset = leader.append(number);
        } catch (NotLeaderException e) {
            return false;
        }
        int epoch = leader.status().epoch();
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> leader.status().epoch() != epoch || leader.listener.lastOffset >= offset);
        return leader.committed().contains(number);
    }

    void awaitEverything() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(running.values())
                        .allSatisfy(node -> assertThat(node.committed()).isEqualTo(appended)));
    }

    @Override
    public void close() {
        running.values().forEach(TestNode::kill);
        network.close();
        assertThat(running.values())
                .allSatisfy(node -> assertThat(node.fatal.get()).isNull());
    }
}
