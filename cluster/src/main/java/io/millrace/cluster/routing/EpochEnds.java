package io.millrace.cluster.routing;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.millrace.cluster.routing.Leaders.Leader;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks leaders up to where their logs are what readers saw under earlier epochs. After a change of leaders every reader asks the same, so
 * those who ask while a question is under way share its answer. Thread-safe, never blocks.
 */
final class EpochEnds {

    /** How long a leader is waited for. */
    private static final long TIMEOUT_MS = 10_000;

    private record Question(TopicPartition partition, int leaderEpoch) {}

    private final Leaders leaders;
    private final LeaderCalls calls;
    private final LocalPartitionService local;
    private final LeaderClient client;
    private final Map<Question, Future<EpochEnd>> underWay = new ConcurrentHashMap<>();

    EpochEnds(Leaders leaders, LeaderCalls calls, LocalPartitionService local, LeaderClient client) {
        this.leaders = leaders;
        this.calls = calls;
        this.local = local;
        this.client = client;
    }

    /** See {@link io.millrace.cluster.partition.PartitionService#endOfEpoch}; completes on the caller's context. */
    Future<EpochEnd> find(TopicPartition partition, int leaderEpoch) {
        Question question = new Question(partition, leaderEpoch);
        Promise<EpochEnd> first = Promise.promise();
        Future<EpochEnd> present = underWay.putIfAbsent(question, first.future());
        if (present == null) {
            calls.ask(partition, TIMEOUT_MS, leader -> ask(leader, question)).onComplete(done -> {
                underWay.remove(question);
                first.handle(done);
            });
        }
        Promise<EpochEnd> answer = CallerContext.promise();
        (present == null ? first.future() : present).onComplete(answer);
        return answer.future();
    }

    private Future<EpochEnd> ask(Leader leader, Question question) {
        return leaders.isHere(leader)
                ? local.endOfEpoch(question.partition(), question.leaderEpoch())
                : client.endOfEpoch(
                        leader.nodeId(), new Known(question.partition(), leader.epoch()), question.leaderEpoch());
    }
}
