package io.millrace.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlannersTest {

    private static final UUID TOPIC = new UUID(1, 1);
    private static final int SCHEDULES = 150;

    @Test
    void aNewNodeGetsItsShareAndNothingElseMoves() {
        List<PlacedPartition> partitions = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            partitions.add(partition(number, 1000, 1 + number % 3, 1 + (number + 1) % 3, 1 + (number + 2) % 3));
        }

        Plan plan = RebalancePlanner.plan(nodes(4), partitions);

        Map<TopicPartition, List<Integer>> after = apply(partitions, plan);
        assertThat(count(after, replicas -> replicas)).isEqualTo(Map.of(1, 9, 2, 9, 3, 9, 4, 9));
        assertThat(count(after, replicas -> replicas.subList(0, 1))).isEqualTo(Map.of(1, 3, 2, 3, 3, 3, 4, 3));
        assertThat(plan.copies()).isEqualTo(9);
        assertThat(plan.bytes()).isEqualTo(9000);
    }

    @Test
    void theSmallestPartitionsAreMoved() {
        List<PlacedPartition> partitions =
                List.of(partition(0, 5000, 1), partition(1, 10, 1), partition(2, 7000, 1), partition(3, 20, 1));

        Plan plan = RebalancePlanner.plan(nodes(2), partitions);

        assertThat(plan.bytes()).isEqualTo(30);
        assertThat(plan.moves())
                .extracting(move -> move.partition().partition())
                .containsExactly(1, 3);
    }

    @Test
    void leadersAreEvenedOutAlongAPathWithoutACopy() {
        // Node 1 leads three and can only give to 2, which must give to 3 first.
        List<PlacedPartition> partitions = List.of(
                partition(0, 9, 1, 2),
                partition(1, 9, 1, 2),
                partition(2, 9, 1, 2),
                partition(3, 9, 2, 3),
                partition(4, 9, 2, 3),
                partition(5, 9, 1, 3),
                partition(6, 9, 3, 1));

        Plan plan = RebalancePlanner.plan(nodes(3), partitions);

        assertThat(spread(count(apply(partitions, plan), replicas -> replicas.subList(0, 1)), nodes(3)))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void replicasThatShareARackAreSeparated() {
        List<PlacementNode> nodes = List.of(
                new PlacementNode(1, "a"),
                new PlacementNode(2, "a"),
                new PlacementNode(3, "b"),
                new PlacementNode(4, "b"));

        Plan plan = RebalancePlanner.plan(nodes, List.of(partition(0, 1, 1, 2), partition(1, 1, 3, 4)));

        assertThat(plan.moves())
                .hasSize(2)
                .allSatisfy(move -> assertThat(clashes(nodes, move.to())).isZero());
    }

    @Test
    void aDrainWithoutEnoughNodesIsRefused() {
        assertThatThrownBy(() -> DrainPlanner.plan(1, nodes(3), List.of(partition(0, 1, 1, 2, 3))))
                .isInstanceOf(PlacementException.class)
                .hasMessageContaining("3 replicas and there are only 2 nodes");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aBalancedClusterIsEvenValidAndStaysAsItIs(long seed) {
        Random random = new Random(seed);
        System.out.println("PlannersTest seed " + seed);
        for (int schedule = 0; schedule < SCHEDULES; schedule++) {
            List<PlacementNode> nodes = nodes(3 + random.nextInt(6));
            List<PlacedPartition> partitions = randomPartitions(random, nodes);

            Plan plan = RebalancePlanner.plan(nodes, partitions);

            Map<TopicPartition, List<Integer>> after = apply(partitions, plan);
            assertValid(nodes, partitions, after);
            assertThat(spread(count(after, replicas -> replicas), nodes)).isLessThanOrEqualTo(1);
            assertThat(RebalancePlanner.plan(nodes, placed(partitions, after)).moves())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void racksAreKeptApartAndTheCountsAreEvenWhenRacksAreAlike(long seed) {
        Random random = new Random(seed);
        for (int schedule = 0; schedule < SCHEDULES; schedule++) {
            int perRack = 1 + random.nextInt(3);
            List<PlacementNode> nodes = IntStream.rangeClosed(1, 3 * perRack)
                    .mapToObj(id -> new PlacementNode(id, "rack-" + id % 3))
                    .toList();
            List<PlacedPartition> partitions = randomPartitions(random, nodes);

            Plan plan = RebalancePlanner.plan(nodes, partitions);

            Map<TopicPartition, List<Integer>> after = apply(partitions, plan);
            assertValid(nodes, partitions, after);
            assertThat(after.values())
                    .allSatisfy(replicas -> assertThat(clashes(nodes, replicas)).isZero());
            boolean everywhere =
                    partitions.stream().allMatch(each -> each.replicas().size() == 3);
            if (everywhere) {
                assertThat(spread(count(after, replicas -> replicas), nodes)).isLessThanOrEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDrainedNodeHasNothingAndOnlyItsReplicasMove(long seed) {
        Random random = new Random(seed);
        for (int schedule = 0; schedule < SCHEDULES; schedule++) {
            List<PlacementNode> nodes = nodes(4 + random.nextInt(5));
            List<PlacedPartition> partitions = randomPartitions(random, nodes);
            int drained = 1 + random.nextInt(nodes.size());

            Plan plan = DrainPlanner.plan(drained, nodes, partitions);

            Map<TopicPartition, List<Integer>> after = apply(partitions, plan);
            assertValid(nodes, partitions, after);
            assertThat(after.values()).noneMatch(replicas -> replicas.contains(drained));
            assertThat(plan.moves())
                    .allSatisfy(move -> assertThat(move.removed()).containsExactly(drained));
            assertThat(DrainPlanner.plan(drained, nodes, placed(partitions, after))
                            .isEmpty())
                    .isTrue();
        }
    }

    static List<Long> seeds() {
        return List.of(Long.getLong("millrace.seed", System.nanoTime()));
    }

    private static List<PlacedPartition> randomPartitions(Random random, List<PlacementNode> nodes) {
        List<Integer> ids =
                new ArrayList<>(nodes.stream().map(PlacementNode::nodeId).toList());
        boolean uniform = random.nextBoolean();
        List<PlacedPartition> partitions = new ArrayList<>();
        int count = random.nextInt(60);
        for (int number = 0; number < count; number++) {
            Collections.shuffle(ids, random);
            int replicas = uniform ? 3 : 1 + random.nextInt(3);
            partitions.add(new PlacedPartition(
                    new TopicPartition(TOPIC, "topic", number), ids.subList(0, replicas), random.nextInt(1000)));
        }
        return partitions;
    }

    private static void assertValid(
            List<PlacementNode> nodes, List<PlacedPartition> before, Map<TopicPartition, List<Integer>> after) {
        List<Integer> live = nodes.stream().map(PlacementNode::nodeId).toList();
        for (PlacedPartition partition : before) {
            assertThat(after.get(partition.partition()))
                    .hasSameSizeAs(partition.replicas())
                    .doesNotHaveDuplicates()
                    .isSubsetOf(live);
        }
    }

    private static Map<TopicPartition, List<Integer>> apply(List<PlacedPartition> partitions, Plan plan) {
        Map<TopicPartition, List<Integer>> after =
                partitions.stream().collect(Collectors.toMap(PlacedPartition::partition, PlacedPartition::replicas));
        plan.moves().forEach(move -> {
            assertThat(after.get(move.partition())).isEqualTo(move.from());
            after.put(move.partition(), move.to());
        });
        return after;
    }

    private static List<PlacedPartition> placed(
            List<PlacedPartition> before, Map<TopicPartition, List<Integer>> after) {
        return before.stream()
                .map(each -> new PlacedPartition(each.partition(), after.get(each.partition()), each.bytes()))
                .toList();
    }

    private static Map<Integer, Integer> count(
            Map<TopicPartition, List<Integer>> placement, Function<List<Integer>, List<Integer>> counted) {
        Map<Integer, Integer> counts = new HashMap<>();
        placement
                .values()
                .forEach(replicas -> counted.apply(replicas).forEach(node -> counts.merge(node, 1, Integer::sum)));
        return counts;
    }

    private static int spread(Map<Integer, Integer> counts, List<PlacementNode> nodes) {
        IntSummaryStatistics statistics = nodes.stream()
                .mapToInt(node -> counts.getOrDefault(node.nodeId(), 0))
                .summaryStatistics();
        return statistics.getMax() - statistics.getMin();
    }

    private static int clashes(List<PlacementNode> nodes, List<Integer> replicas) {
        return replicas.size()
                - new HashSet<>(replicas.stream()
                                .map(id -> nodes.get(id - 1).rack())
                                .toList())
                        .size();
    }

    private static List<PlacementNode> nodes(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(id -> new PlacementNode(id, null))
                .toList();
    }

    private static PlacedPartition partition(int number, long bytes, Integer... replicas) {
        return new PlacedPartition(new TopicPartition(TOPIC, "topic", number), List.of(replicas), bytes);
    }
}
