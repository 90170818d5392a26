package io.millrace.websocket.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.ResumeToken;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Where tokens lead after a change of leader. The leader answers as each test says: such logs are made by whole clusters in other tests. */
class ResumedStartsTest {

    private static final TopicPartition PARTITION = new TopicPartition(UUID.randomUUID(), "readings", 0);
    private static final PartitionOffsets NOW = new PartitionOffsets(4, 0, 20, 20, 20);

    private int questions;

    @Test
    void underTheSameLeaderNobodyIsAsked() {
        assertThat(resume(10, 4, Future.failedFuture("not to be asked")))
                .isEqualTo(new PartitionStart(PARTITION, 10, null, NOW));
        assertThat(questions).isZero();
    }

    @Test
    void aPositionThatTheNextLeaderHasIsKept() {
        assertThat(resume(10, 3, Future.succeededFuture(new EpochEnd(4, 10))))
                .isEqualTo(new PartitionStart(PARTITION, 10, null, NOW));
    }

    @Test
    void aPositionAboveWhatTheNextLeaderHasOfThatEpochGoesBackToItAndIsTold() {
        PartitionStart start = resume(10, 3, Future.succeededFuture(new EpochEnd(5, 7)));

        assertThat(start.position()).isEqualTo(7);
        assertThat(start.gap()).isEqualTo(new Gap(10, 7, Gap.Reason.TRUNCATED));
        assertThat(start.leaderEpoch()).isEqualTo(5);
    }

    @Test
    void aTokenFromTheFutureOfAClusterThatWasRestoredFromACopyIsTold() {
        PartitionStart start = resume(
                30, 9, Future.failedFuture(new MillraceException(ErrorCode.UNKNOWN_LEADER_EPOCH, "not heard of")));

        assertThat(start.position()).isEqualTo(20);
        assertThat(start.gap()).isEqualTo(new Gap(30, 20, Gap.Reason.TRUNCATED));
        assertThat(start.leaderEpoch()).isEqualTo(4);
    }

    private PartitionStart resume(long offset, int leaderEpoch, Future<EpochEnd> answer) {
        PartitionService partitions = (PartitionService) Proxy.newProxyInstance(
                PartitionService.class.getClassLoader(),
                new Class<?>[] {PartitionService.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "offsets" -> NOW;
                    case "endOfEpoch" -> {
                        questions++;
                        assertThat(arguments).containsExactly(PARTITION, leaderEpoch);
                        yield answer;
                    }
                    default -> throw new AssertionError("not to be called: " + method);
                });
        ResumeToken token = new ResumeToken(List.of(new ResumeToken.TopicPositions(
                PARTITION.topicId(),
                ResumeToken.nameHash(PARTITION.topic()),
                List.of(new ResumeToken.Position(PARTITION.partition(), offset, leaderEpoch)))));
        return new ResumedStarts(partitions)
                .find(
                        PARTITION,
                        new StartRule(null, token, "resume", Reset.EARLIEST),
                        new TopicSelection(List.of(PARTITION.topic()), null, new TreeSet<>()))
                .result();
    }
}
