package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.routing.LeaderClient.Found;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Learns from a leader where its partitions begin and end: two requests, however many partitions. */
final class OffsetLookups {

    /** What is known of a partition; the offsets mean something only when the error is NONE. */
    record Learned(Known known, ErrorCode error, long logStartOffset, long highWatermark) {}

    private final LeaderClient client;

    OffsetLookups(LeaderClient client) {
        this.client = client;
    }

    /** Answers in the order of the partitions; never fails. */
    Future<List<Learned>> ask(int leader, List<Known> partitions) {
        // In this order: the start that is learned last cannot be below the start at the time of the end.
        Future<List<Found>> ends = client.find(leader, partitions, LeaderClient.LATEST);
        Future<List<Found>> starts = client.find(leader, partitions, LeaderClient.EARLIEST);
        return Future.all(ends, starts)
                .map(both -> {
                    List<Learned> learned = new ArrayList<>(partitions.size());
                    for (int i = 0; i < partitions.size(); i++) {
                        learned.add(learned(
                                partitions.get(i),
                                ends.result().get(i),
                                starts.result().get(i)));
                    }
                    return learned;
                })
                .otherwise(failure -> partitions.stream()
                        .map(each -> new Learned(each, ErrorCode.LEADER_NOT_AVAILABLE, -1, -1))
                        .toList());
    }

    private static Learned learned(Known known, Found end, Found start) {
        ErrorCode error = end.error() != ErrorCode.NONE ? end.error() : start.error();
        return new Learned(known, error, start.offset(), Math.max(start.offset(), end.offset()));
    }
}
