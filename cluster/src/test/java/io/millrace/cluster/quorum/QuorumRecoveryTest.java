package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.metadata.ProducerIdsRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of three voters' disks are lost for good. */
class QuorumRecoveryTest {

    @TempDir
    Path directory;

    @Test
    void theVoterThatIsLeftGoesOnAloneWithEverythingItHasAndOthersJoinIt() throws IOException {
        try (TestQuorum quorum = new TestQuorum(directory, 3).start(3)) {
            for (int i = 0; i < 4; i++) {
                quorum.commit();
            }
            TestNode first = quorum.kill(quorum.aFollower());
            TestNode second = quorum.kill(quorum.leader());
            TestNode survivor = quorum.kill(quorum.node(6 - first.id - second.id));
            List<Long> read = new ArrayList<>();
            int epoch = recover(survivor, read);
            // Where a leader changed meanwhile, a number was appended again.
            assertThat(read.stream().distinct()).containsExactly(1L, 2L, 3L, 4L);

            TestNode again = quorum.again(survivor);
            await().atMost(Duration.ofSeconds(10)).until(again::isLeader);
            assertThat(again.status().epoch()).isGreaterThan(epoch);
            assertThat(again.status().voters())
                    .extracting(QuorumStatus.Voter::directoryId)
                    .containsExactly(survivor.directoryId);
            quorum.commit();
            quorum.started(quorum.blank(first.id).start(quorum.addresses()));
            quorum.started(quorum.blank(second.id).start(quorum.addresses()));
            quorum.awaitVoters(3);
            quorum.commit();
        }
    }

    @Test
    void aFormerVoterThatComesBackAfterAllFollows() throws IOException {
        try (TestQuorum quorum = new TestQuorum(directory, 3).start(3)) {
            quorum.commit();
            TestNode first = quorum.kill(quorum.aFollower());
            TestNode second = quorum.kill(quorum.leader());
            TestNode survivor = quorum.kill(quorum.node(6 - first.id - second.id));
            recover(survivor, new ArrayList<>());

            TestNode again = quorum.again(survivor);
            await().atMost(Duration.ofSeconds(10)).until(again::isLeader);
            quorum.commit();
            TestNode back = quorum.again(first, again.address);
            // Of the voters that it knew when it went, the third is none any more. It takes itself for a voter until
            // it has read on, and is one only after it has joined.
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(List.of(again, back))
                            .allSatisfy(node -> assertThat(node.status().voters())
                                    .extracting(QuorumStatus.Voter::directoryId)
                                    .containsExactlyInAnyOrder(survivor.directoryId, first.directoryId)));
            quorum.commit();
        }
    }

    private static int recover(TestNode node, List<Long> read) throws IOException {
        NodeIdentity self = new NodeIdentity(new UUID(1, 1), node.id, node.directoryId);
        LogManager logs = LogManager.open(
                new StorageConfig(node.directory, 1, 0, 10_000, 64L << 20, 1L << 20, 0, 0, 86_400_000),
                Clock.systemUTC(),
                StorageMetrics.NONE);
        try (QuorumRecovery recovery = QuorumRecovery.open(
                self,
                node.directory,
                logs,
                batch -> batch.records().forEach(record -> {
                    if (record.message() instanceof ProducerIdsRecord number) {
                        read.add(number.nextProducerId());
                    }
                }))) {
            assertThat(recovery.found().voters()).hasSize(3);
            assertThat(recovery.found().lastChangeMs()).isPositive();
            int epoch = recovery.makeLoneVoter(node.address, List.of());
            assertThat(recovery.found().voters())
                    .singleElement()
                    .isEqualTo(new QuorumStatus.Voter(node.id, node.directoryId, Optional.of(node.address)));
            return epoch;
        } finally {
            logs.close();
        }
    }
}
