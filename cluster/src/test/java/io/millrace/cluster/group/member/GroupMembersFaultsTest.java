package io.millrace.cluster.group.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members against the real coordinator, over a connection that loses requests and answers: no partition ever has two owners, and each owner
 * begins where what the one before committed ends.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class GroupMembersFaultsTest {

    private static final int PARTITIONS = 6;
    private static final int MEMBERS_MAX = 5;
    private static final int STEPS = Integer.getInteger("millrace.members.steps", 15);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private ClusterNode node;

    @BeforeEach
    void startNode() throws Exception {
        node = get(ClusterNode.startAlone(
                vertx,
                ClusterConfig.defaults(StorageConfig.defaults(directory))
                        .withGroups(GroupsConfig.defaults().with(2, 0)),
                Clock.systemUTC(),
                StorageMetrics.NONE));
        get(node.controller().createTopic(new NewTopic("t", PARTITIONS, 1, Map.of()), false));
    }

    @AfterEach
    void stopNode() throws Exception {
        get(node.stop());
        get(vertx.close());
    }

    @Test
    void whateverIsLostOnTheWayNoPartitionHasTwoOwnersAndNoPositionIsLost() throws Exception {
        long seed = Long.getLong("millrace.members.seed", System.nanoTime());
        System.out.println(
                "GroupMembersFaultsTest: seed " + seed + " (again with -Dmillrace.members.seed=" + seed + ")");
        Random random = new Random(seed);
        FaultyClient client = new FaultyClient(
                vertx,
                new AnyCoordinator(1, node.groups(), new MemberApis(node.groups(), node.controller()::image), null),
                new Random(random.nextLong()),
                0.1,
                50);
        NodeGroupMembers members = new NodeGroupMembers(
                () -> MemberThread.ofCaller(vertx),
                client,
                new GroupMemberLimits(100, 64, 30_000, 5_000, 60_000, 5, 50),
                node.controller()::image);
        OwnershipLedger ledger = new OwnershipLedger();
        List<LedgerMember> present = new ArrayList<>();
        List<Future<Void>> gone = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            int action = random.nextInt(3);
            if (action == 0 && present.size() > 1 || present.size() >= MEMBERS_MAX) {
                LedgerMember former = present.remove(random.nextInt(present.size()));
                boolean forGood = former.instanceId() == null || random.nextBoolean();
                gone.add(former.go(forGood));
                if (!forGood) {
                    present.add(new LedgerMember(
                            vertx,
                            members,
                            "member-" + step,
                            former.instanceId(),
                            ledger,
                            new Random(random.nextLong())));
                }
            } else if (action == 1 || present.isEmpty()) {
                String instance = random.nextInt(3) == 0 ? "i" + step : null;
                present.add(new LedgerMember(
                        vertx, members, "member-" + step, instance, ledger, new Random(random.nextLong())));
            }
            int commits = ledger.commits() + random.nextInt(250);
            await().atMost(PATIENCE).until(() -> ledger.commits() >= commits);
            assertThat(ledger.violations()).as("seed " + seed).isEmpty();
        }
        client.heal();
        for (Future<Void> each : gone) {
            get(each);
        }
        int before = ledger.commits();
        await().atMost(PATIENCE).until(() -> ledger.commits() > before + 50);
        for (LedgerMember each : present) {
            get(each.go(true));
        }
        assertThat(ledger.violations()).as("seed " + seed).isEmpty();
        assertThat(ledger.owned()).isZero();
        assertThat(members.size()).isZero();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
