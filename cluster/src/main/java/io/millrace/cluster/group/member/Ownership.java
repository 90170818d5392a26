package io.millrace.cluster.group.member;

import io.millrace.storage.TopicPartition;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a member has, what it is to have, and what it has to give back first: KIP-848's reconciliation, without its requests. On the member's
 * thread.
 */
final class Ownership {

    private final Function<UUID, Optional<String>> topicNames;

    /** What the coordinator last said. */
    private Set<PartitionKey> target = Set.of();

    private final Set<TopicPartition> owned = new LinkedHashSet<>();

    /** Of what is owned: what is revoked and not released. */
    private final Set<TopicPartition> revoking = new LinkedHashSet<>();

    /** Of what is revoked: what gets no more commits. */
    private final Set<TopicPartition> released = new HashSet<>();

    /** @param topicNames the name of a topic id, as far as this node knows it */
    Ownership(Function<UUID, Optional<String>> topicNames) {
        this.topicNames = topicNames;
    }

    void target(Set<PartitionKey> assignment) {
        target = Set.copyOf(assignment);
    }

    Set<PartitionKey> owned() {
        return owned.stream().map(PartitionKey::of).collect(Collectors.toUnmodifiableSet());
    }

    boolean isRevoking() {
        return !revoking.isEmpty();
    }

    /** Begins to give back what the member is not to have any more; empty when that is nothing. */
    List<TopicPartition> revoke() {
        owned.stream().filter(each -> !target.contains(PartitionKey.of(each))).forEach(revoking::add);
        return List.copyOf(revoking);
    }

    /** What is being given back, released or not. */
    List<TopicPartition> revoking() {
        return List.copyOf(revoking);
    }

    /** No more commits for these; answers those of them that were revoked. */
    List<TopicPartition> release(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .filter(each -> revoking.contains(each) && released.add(each))
                .toList();
    }

    /** The commits of released partitions have ended: others may have them. */
    void giveBack(Collection<TopicPartition> partitions) {
        List<TopicPartition> ready =
                partitions.stream().filter(released::contains).toList();
        ready.forEach(owned::remove);
        ready.forEach(revoking::remove);
        ready.forEach(released::remove);
    }

    /** What the member is to have and has not; topics that this node has not heard of yet are left for later. */
    List<TopicPartition> missing() {
        Set<PartitionKey> present = owned();
        return target.stream()
                .filter(each -> !present.contains(each))
                .flatMap(
                        each -> topicNames
                                .apply(each.topicId())
                                .map(name -> new TopicPartition(each.topicId(), name, each.partition()))
                                .stream())
                .toList();
    }

    /** Whether there is something that the member is to have of a topic that this node has not heard of yet. */
    boolean hasUnknownTopics() {
        return target.stream().anyMatch(each -> topicNames.apply(each.topicId()).isEmpty());
    }

    /** Takes what is still wanted of these; answers it. */
    List<TopicPartition> take(Collection<TopicPartition> partitions) {
        List<TopicPartition> wanted = partitions.stream()
                .filter(each -> target.contains(PartitionKey.of(each)))
                .toList();
        owned.addAll(wanted);
        return wanted;
    }

    /** Whether positions of a partition may be committed. */
    boolean holds(TopicPartition partition) {
        return owned.contains(partition) && !released.contains(partition);
    }

    /** Everything is gone; answers what it was. */
    List<TopicPartition> abandon() {
        List<TopicPartition> all = List.copyOf(owned);
        target = Set.of();
        owned.clear();
        revoking.clear();
        released.clear();
        return all;
    }
}
