package io.millrace.cluster.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirectoryAssignmentsTest {

    private static final int SELF = 1;
    private static final int OTHER = 2;
    private static final long EPOCH = 7;
    private static final UUID DIRECTORY = UUID.randomUUID();
    private static final Uuid NEW_DISK = KafkaIds.toKafka(DIRECTORY);
    private static final Uuid LOST_DISK = Uuid.randomUuid();
    private static final Uuid OTHERS_DISK = Uuid.randomUuid();
    private static final Uuid TOPIC = Uuid.randomUuid();

    private final Vertx vertx = Vertx.vertx();
    private final List<AssignReplicasToDirsRequestData> requests = new CopyOnWriteArrayList<>();
    private MetadataImage image = MetadataImage.EMPTY;
    private volatile boolean controllerIsAway;
    private DirectoryAssignments assignments;

    @BeforeEach
    void create() {
        assignments = new DirectoryAssignments(vertx, SELF, DIRECTORY, () -> EPOCH, request -> {
            requests.add(request);
            return controllerIsAway
                    ? Future.failedFuture("no controller")
                    : Future.succeededFuture(new AssignReplicasToDirsResponseData());
        });
    }

    @AfterEach
    void close() throws Exception {
        assignments.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    @Test
    void aReplicaOnANewDiskIsToldOnceItIsInSyncAndNotBefore() {
        publish(registration(EPOCH), topic(), partition(0, LOST_DISK, OTHER), partition(1, NEW_DISK, SELF, OTHER));
        publish(partitionChange(1, OTHER));
        Awaitility.await().during(300, TimeUnit.MILLISECONDS).until(requests::isEmpty);

        publish(partitionChange(0, OTHER, SELF));

        // Until an image says so it is told again and again.
        Awaitility.await().until(() -> !requests.isEmpty());
        AssignReplicasToDirsRequestData request = requests.get(0);
        assertThat(request.brokerId()).isEqualTo(SELF);
        assertThat(request.brokerEpoch()).isEqualTo(EPOCH);
        assertThat(request.directories()).singleElement().satisfies(directory -> {
            assertThat(directory.id()).isEqualTo(NEW_DISK);
            assertThat(directory.topics()).singleElement().satisfies(topic -> {
                assertThat(topic.topicId()).isEqualTo(TOPIC);
                assertThat(topic.partitions())
                        .singleElement()
                        .satisfies(partition ->
                                assertThat(partition.partitionIndex()).isZero());
            });
        });
    }

    @Test
    void anImageOfTheLifeBeforeTheDiskWasLostSaysNothing() {
        publish(registration(EPOCH - 1), topic(), partition(0, LOST_DISK, SELF, OTHER));
        Awaitility.await().during(300, TimeUnit.MILLISECONDS).until(requests::isEmpty);

        publish(registration(EPOCH));

        Awaitility.await().until(() -> !requests.isEmpty());
    }

    @Test
    void aControllerThatDoesNotAnswerIsToldAgainUntilAnImageShowsTheDirectory() {
        controllerIsAway = true;
        publish(registration(EPOCH), topic(), partition(0, LOST_DISK, SELF, OTHER));
        Awaitility.await().until(() -> requests.size() >= 2);

        controllerIsAway = false;
        publish(partitionChange(0, SELF, OTHER).setDirectories(List.of(NEW_DISK, OTHERS_DISK)));
        int told = requests.size();

        Awaitility.await().during(1_500, TimeUnit.MILLISECONDS).until(() -> requests.size() <= told + 1);
    }

    private void publish(ApiMessage... records) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        for (ApiMessage each : records) {
            delta.replay(each);
        }
        long offset = image.highestOffsetAndEpoch().offset() + records.length;
        image = delta.apply(new MetadataProvenance(offset, 1, 0, true));
        assignments.onMetadataUpdate(delta, image, null);
    }

    private static RegisterBrokerRecord registration(long epoch) {
        return new RegisterBrokerRecord()
                .setBrokerId(SELF)
                .setBrokerEpoch(epoch)
                .setIncarnationId(Uuid.randomUuid())
                .setLogDirs(List.of(NEW_DISK));
    }

    private static TopicRecord topic() {
        return new TopicRecord().setName("orders").setTopicId(TOPIC);
    }

    private static PartitionRecord partition(int number, Uuid ownDirectory, Integer... isr) {
        return new PartitionRecord()
                .setTopicId(TOPIC)
                .setPartitionId(number)
                .setReplicas(List.of(SELF, OTHER))
                .setDirectories(List.of(ownDirectory, OTHERS_DISK))
                .setIsr(List.of(isr))
                .setLeader(OTHER)
                .setLeaderEpoch(1)
                .setPartitionEpoch(1);
    }

    private static PartitionChangeRecord partitionChange(int number, Integer... isr) {
        return new PartitionChangeRecord()
                .setTopicId(TOPIC)
                .setPartitionId(number)
                .setIsr(List.of(isr));
    }
}
