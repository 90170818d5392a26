package io.millrace.cluster.coordinator;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.NewTopic;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The repartition and changelog topics that a Streams application needs and that are not there: the node that coordinates its group makes
 * them (KIP-1071). A heartbeat does not wait for that; why it failed is told with the next ones. Thread-safe.
 */
final class StreamsTopics {

    private static final Logger log = LoggerFactory.getLogger(StreamsTopics.class);

    /** How long a failure is told; the next heartbeats try again meanwhile. */
    private static final long FAILURE_KEPT_MS = 60_000;

    /** Failures that are kept; of further ones the log alone tells. */
    private static final int FAILURES_MAX = 1_000;

    private final Controller controller;
    private final LongSupplier nowMs;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();

    private record Failure(String message, long untilMs) {}

    StreamsTopics(Controller controller, LongSupplier nowMs) {
        this.controller = controller;
        this.nowMs = nowMs;
    }

    /** Has topics made that nobody makes yet, and adds to the answer what failed before. */
    void create(Map<String, CreatableTopic> missing, StreamsGroupHeartbeatResponseData answer) {
        if (missing.isEmpty()) {
            return;
        }
        tell(missing.keySet(), answer);
        missing.values().stream()
                .sorted(Comparator.comparing(CreatableTopic::name))
                .filter(topic -> underWay.add(topic.name()))
                .forEach(this::create);
    }

    private void create(CreatableTopic topic) {
        Map<String, String> config = new HashMap<>();
        topic.configs().forEach(each -> config.put(each.name(), each.value()));
        Future<?> created;
        try {
            created = controller.createTopic(
                    new NewTopic(topic.name(), orDefault(topic.numPartitions()), replicas(topic), config), false);
        } catch (RuntimeException e) {
            created = Future.failedFuture(e);
        }
        created.onComplete(done -> {
            if (done.succeeded() || controller.image().topic(topic.name()).isPresent()) {
                failures.remove(topic.name());
            } else {
                failed(topic.name(), done.cause());
            }
            underWay.remove(topic.name());
        });
    }

    private static int orDefault(int number) {
        return number > 0 ? number : -1;
    }

    private static int replicas(CreatableTopic topic) {
        return orDefault(topic.replicationFactor());
    }

    private void failed(String topic, Throwable why) {
        log.warn("The internal topic {} of a Streams application could not be created: {}", topic, why.toString());
        long nowMs = this.nowMs.getAsLong();
        failures.values().removeIf(each -> each.untilMs() <= nowMs);
        if (failures.size() < FAILURES_MAX) {
            failures.put(topic, new Failure(String.valueOf(why.getMessage()), nowMs + FAILURE_KEPT_MS));
        }
    }

    private void tell(Set<String> topics, StreamsGroupHeartbeatResponseData answer) {
        long nowMs = this.nowMs.getAsLong();
        Map<String, String> told = new LinkedHashMap<>();
        topics.stream().sorted().forEach(topic -> {
            Failure failure = failures.get(topic);
            if (failure != null && failure.untilMs() > nowMs) {
                told.put(topic, failure.message());
            }
        });
        if (told.isEmpty()) {
            return;
        }
        String detail = "Topics that could not be created: " + told;
        List<Status> all = new ArrayList<>(Optional.ofNullable(answer.status()).orElse(List.of()));
        byte missing = StreamsGroupHeartbeatResponse.Status.MISSING_INTERNAL_TOPICS.code();
        Optional<Status> present =
                all.stream().filter(each -> each.statusCode() == missing).findFirst();
        if (present.isPresent()) {
            present.get().setStatusDetail(present.get().statusDetail() + " " + detail);
        } else {
            all.add(new Status().setStatusCode(missing).setStatusDetail(detail));
            answer.setStatus(all);
        }
    }
}
