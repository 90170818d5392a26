package io.millrace.cluster.group.member;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A listener that writes down what it is told, in short words. */
final class HeardCalls implements GroupMemberListener {

    private final List<String> calls = new ArrayList<>();
    private Consumer<List<TopicPartition>> onRevoked = partitions -> {};

    /** Does something within the call that says that partitions are revoked. */
    HeardCalls onRevoked(Consumer<List<TopicPartition>> action) {
        onRevoked = action;
        return this;
    }

    @Override
    public void assigned(int memberEpoch, List<AssignedPartition> partitions) {
        calls.add("assigned " + memberEpoch + " "
                + partitions.stream()
                        .map(each -> each.partition() + "@" + each.committedOffset())
                        .sorted()
                        .toList());
    }

    @Override
    public void revoked(int memberEpoch, long deadlineMs, List<TopicPartition> partitions) {
        calls.add("revoked " + memberEpoch + " in " + deadlineMs + " "
                + partitions.stream().map(TopicPartition::toString).sorted().toList());
        onRevoked.accept(partitions);
    }

    @Override
    public void lost(List<TopicPartition> partitions, MillraceException why) {
        calls.add("lost " + why.code() + " "
                + partitions.stream().map(TopicPartition::toString).sorted().toList());
    }

    @Override
    public void failed(MillraceException why) {
        calls.add("failed " + why.code());
    }

    /** What was heard since the last time. */
    List<String> calls() {
        List<String> heard = List.copyOf(calls);
        calls.clear();
        return heard;
    }
}
