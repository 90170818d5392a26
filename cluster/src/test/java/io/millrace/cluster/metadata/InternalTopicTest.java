package io.millrace.cluster.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class InternalTopicTest {

    private final Recorded controller = new Recorded();
    private final InternalTopic topic = new InternalTopic(
            controller, "__kept", 5, 3, Map.of("min.insync.replicas", "2", "cleanup.policy", "compact"));

    @Test
    void itIsMadeOnceHoweverManyNeedItAtTheSameTime() {
        controller.nodes(1, 1, 0);
        Future<TopicMetadata> first = topic.orCreate();
        Future<TopicMetadata> second = topic.orCreate();
        assertThat(controller.asked).hasSize(1);

        controller.complete();
        assertThat(first.result()).isSameAs(second.result());
        assertThat(topic.orCreate().result()).isSameAs(first.result());
        assertThat(controller.asked).hasSize(1);
    }

    @Test
    void itHasAsManyReplicasAsThereAreNodesAndAsManyAsAskedAtMost() {
        controller.nodes(1, 1, 0);
        topic.orCreate();
        controller.fail(ErrorCode.REQUEST_TIMED_OUT);
        controller.nodes(5, 5, 0);
        topic.orCreate();

        assertThat(controller.asked).extracting(NewTopic::partitions).containsExactly(5, 5);
        assertThat(controller.asked).extracting(NewTopic::replicationFactor).containsExactly(1, 3);
        assertThat(controller.asked)
                .extracting(asked -> asked.config().get("min.insync.replicas"))
                .containsExactly("1", "2");
    }

    @Test
    void itIsNotMadeWhileOneOfSeveralNodesIsUpOrOthersAreDrained() {
        controller.nodes(3, 1, 0);
        assertThat(code(topic.orCreate())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        controller.nodes(3, 3, 2);
        assertThat(code(topic.orCreate())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        controller.nodes(0, 0, 0);
        assertThat(code(topic.orCreate())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(controller.asked).isEmpty();

        controller.nodes(3, 2, 0);
        topic.orCreate();
        assertThat(controller.asked).extracting(NewTopic::replicationFactor).containsExactly(2);
    }

    @Test
    void whoeverIsSlowerTakesTheOneThatAnotherNodeMade() {
        controller.nodes(1, 1, 0);
        Future<TopicMetadata> created = topic.orCreate();
        controller.appear();
        controller.fail(ErrorCode.TOPIC_ALREADY_EXISTS);

        assertThat(created.result().name()).isEqualTo("__kept");
    }

    @Test
    void afterAFailureItIsTriedAgain() {
        controller.nodes(1, 1, 0);
        Future<TopicMetadata> failed = topic.orCreate();
        controller.fail(ErrorCode.REQUEST_TIMED_OUT);
        assertThat(code(failed)).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);

        Future<TopicMetadata> again = topic.orCreate();
        controller.complete();
        assertThat(again.succeeded()).isTrue();
    }

    private static ErrorCode code(Future<?> failed) {
        return ((MillraceException) failed.cause()).code();
    }

    /** Notes what it is asked to make, and answers when it is told to. */
    private static final class Recorded implements Controller {

        final List<NewTopic> asked = new ArrayList<>();
        private Promise<TopicMetadata> answer;
        private ClusterImage image = new ClusterImage(0, new UUID(1, 1), 1, Map.of(), Map.of(), Map.of());

        void nodes(int registered, int live, int drained) {
            Map<Integer, BrokerMetadata> brokers = new HashMap<>();
            for (int id = 1; id <= registered; id++) {
                brokers.put(
                        id,
                        new BrokerMetadata(id, 1, "localhost", 9, null, null, null, id > live, false, id <= drained));
            }
            image = new ClusterImage(0, image.clusterId(), 1, brokers, image.topics(), image.topicsById());
        }

        void appear() {
            TopicMetadata made = new TopicMetadata("__kept", new UUID(2, 2), List.of(), Map.of(), 1);
            image = new ClusterImage(
                    1, image.clusterId(), 1, image.brokers(), Map.of(made.name(), made), Map.of(made.id(), made));
        }

        void complete() {
            appear();
            answer.complete(image.topics().get("__kept"));
        }

        void fail(ErrorCode code) {
            answer.fail(new MillraceException(code, "told to"));
        }

        @Override
        public Future<TopicMetadata> createTopic(NewTopic topic, boolean validateOnly) {
            asked.add(topic);
            answer = Promise.promise();
            return answer.future();
        }

        @Override
        public ClusterImage image() {
            return image;
        }

        @Override
        public void onImage(Consumer<ClusterImage> consumer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Void> deleteTopic(UUID topicId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<TopicMetadata> createPartitions(
                String topic, int total, List<List<Integer>> assignment, boolean validateOnly) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<TopicMetadata> alterTopicConfig(String topic, Map<String, String> changes, boolean validateOnly) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<ProducerIdBlock> allocateProducerIds() {
            throw new UnsupportedOperationException();
        }
    }
}
