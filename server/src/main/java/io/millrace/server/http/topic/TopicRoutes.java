package io.millrace.server.http.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.millrace.server.http.body.BodyBudget;
import io.millrace.server.http.body.BodyReader;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /topics} and what lies below: create, list, describe, change, delete, partitions and their offsets. */
public final class TopicRoutes implements RouteModule {

    private static final String TOPICS = "/topics";
    private static final String TOPIC = "/topics/:topic";
    private static final String PARTITIONS = "/topics/:topic/partitions";
    private static final String OFFSETS = "/topics/:topic/partitions/:partition/offsets";

    /** How long a list waits for the leaders of its rows. */
    private static final long LIST_TIMEOUT_MS = 1_000;

    /** Longer than it takes until a dead leader has a successor. */
    private static final long OFFSETS_TIMEOUT_MS = 10_000;

    private static final Set<String> VALIDATE_ONLY = Set.of("validate_only");

    private final Vertx vertx;
    private final HttpConfig config;
    private final ClusterNode node;
    private final BodyBudget budget;

    public TopicRoutes(Vertx vertx, HttpConfig config, ClusterNode node, BodyBudget budget) {
        this.vertx = vertx;
        this.config = config;
        this.node = node;
        this.budget = budget;
    }

    @Override
    public void mount(Router router) {
        BodyReader bodies = new BodyReader(vertx, config, budget);
        NamedRoute.of(router, HttpMethod.GET, TOPICS).handler(this::list);
        NamedRoute.of(router, HttpMethod.POST, TOPICS).handler(ctx -> create(ctx, bodies));
        NamedRoute.of(router, HttpMethod.GET, TOPIC).handler(this::describe);
        NamedRoute.of(router, HttpMethod.PATCH, TOPIC).handler(ctx -> change(ctx, bodies));
        NamedRoute.of(router, HttpMethod.DELETE, TOPIC).handler(this::delete);
        NamedRoute.of(router, HttpMethod.GET, PARTITIONS).handler(this::partitions);
        NamedRoute.of(router, HttpMethod.GET, OFFSETS).handler(this::offsets);
    }

    private void list(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        ArrayNode names = JsonNodeFactory.instance.arrayNode();
        controller().image().topics().keySet().stream().sorted().forEach(names::add);
        answer(ctx, 200, names);
    }

    private void create(RoutingContext ctx, BodyReader bodies) {
        boolean validateOnly = QueryParameters.of(ctx, VALIDATE_ONLY).flag("validate_only");
        bodies.read(ctx, body -> {
            TopicRequest request = TopicRequest.parse(body, TopicRequest.CREATE_MEMBERS);
            if (request.name() == null) {
                throw HttpProblem.badRequest("'name' is missing");
            }
            if (request.config().containsValue(null)) {
                throw HttpProblem.badRequest(
                        "'config': null takes a setting back to its default, which a new topic has already");
            }
            NewTopic topic =
                    new NewTopic(request.name(), request.partitions(), request.replicationFactor(), request.config());
            controller()
                    .createTopic(topic, validateOnly)
                    .onComplete(
                            created -> {
                                ctx.response().putHeader(HttpHeaders.LOCATION, "/topics/" + created.name());
                                answerTopic(ctx, validateOnly ? 200 : 201, created);
                            },
                            ctx::fail);
        });
    }

    private void describe(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        answerTopic(ctx, 200, topic(ctx));
    }

    /** Both changes are checked before the first is made, so that a refused request changes nothing. */
    private void change(RoutingContext ctx, BodyReader bodies) {
        boolean validateOnly = QueryParameters.of(ctx, VALIDATE_ONLY).flag("validate_only");
        bodies.read(ctx, body -> {
            TopicRequest request = TopicRequest.parse(body, TopicRequest.CHANGE_MEMBERS);
            String name = topic(ctx).name();
            Future<TopicMetadata> changed = apply(name, request, true);
            if (!validateOnly) {
                changed = changed.compose(valid -> apply(name, request, false));
            }
            changed.onComplete(topic -> answerTopic(ctx, 200, topic), ctx::fail);
        });
    }

    private Future<TopicMetadata> apply(String name, TopicRequest request, boolean validateOnly) {
        Future<TopicMetadata> configured = request.config().isEmpty()
                ? Future.succeededFuture(controller().image().topics().get(name))
                : controller().alterTopicConfig(name, request.config(), validateOnly);
        return request.partitions() < 0
                ? configured
                : configured.compose(topic -> controller().createPartitions(name, request.partitions(), validateOnly));
    }

    private void delete(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        controller()
                .deleteTopic(topic(ctx).id())
                .onComplete(done -> ctx.response().setStatusCode(204).end(), ctx::fail);
    }

    private void partitions(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        TopicMetadata topic = topic(ctx);
        List<TopicPartition> all = topic.partitions().stream()
                .map(each -> new TopicPartition(topic.id(), topic.name(), each.partition()))
                .toList();
        // What cannot be learned is left open in the answer.
        node.anywhere().prepare(all, LIST_TIMEOUT_MS).onComplete(GuardedHandler.always(ctx, () -> {
            ArrayNode json = JsonNodeFactory.instance.arrayNode();
            for (PartitionMetadata partition : topic.partitions()) {
                json.add(TopicJson.partition(partition, offsetsOrNull(all.get(partition.partition()))));
            }
            answer(ctx, 200, json);
        }));
    }

    /** With {@code timestamp}: the first record at or after that time; its offset is null when there is none. */
    private void offsets(RoutingContext ctx) {
        QueryParameters query = QueryParameters.of(ctx, Set.of("timestamp"));
        TopicPartition partition = partition(ctx);
        long timestampMs = query.time("timestamp", -1);
        node.anywhere()
                .prepare(List.of(partition), OFFSETS_TIMEOUT_MS)
                .onComplete(GuardedHandler.of(ctx, ready -> answerOffsets(ctx, partition, timestampMs)), ctx::fail);
    }

    private void answerOffsets(RoutingContext ctx, TopicPartition partition, long timestampMs) {
        PartitionOffsets offsets = node.anywhere().offsets(partition);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("partition", partition.partition());
        json.put("log_start_offset", offsets.logStartOffset());
        json.put("high_watermark", offsets.highWatermark());
        if (timestampMs < 0) {
            answer(ctx, 200, json);
            return;
        }
        node.anywhere()
                .findByTimestamp(partition, timestampMs, Isolation.READ_COMMITTED)
                .onComplete(found -> answer(ctx, 200, putFound(json, found)), ctx::fail);
    }

    private static ObjectNode putFound(ObjectNode json, Optional<TimestampOffset> found) {
        if (found.isPresent()) {
            json.put("offset", found.get().offset());
            json.put("timestamp", found.get().timestampMs());
        } else {
            json.putNull("offset").putNull("timestamp");
        }
        return json;
    }

    private PartitionOffsets offsetsOrNull(TopicPartition partition) {
        try {
            return node.anywhere().offsets(partition);
        } catch (MillraceException e) {
            return null;
        }
    }

    private TopicPartition partition(RoutingContext ctx) {
        TopicMetadata topic = topic(ctx);
        String text = ctx.pathParam("partition");
        for (PartitionMetadata partition : topic.partitions()) {
            if (Integer.toString(partition.partition()).equals(text)) {
                return new TopicPartition(topic.id(), topic.name(), partition.partition());
            }
        }
        throw new MillraceException(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                "topic '" + topic.name() + "' has partitions 0 to "
                        + (topic.partitions().size() - 1) + ", not '" + text + "'");
    }

    private TopicMetadata topic(RoutingContext ctx) {
        String name = ctx.pathParam("topic");
        return controller()
                .image()
                .topic(name)
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "no topic '" + name + "'; GET /topics lists them"));
    }

    private Controller controller() {
        return node.controller();
    }

    private void answerTopic(RoutingContext ctx, int status, TopicMetadata topic) {
        answer(ctx, status, TopicJson.topic(topic, node.config().topicDefaults()));
    }

    private static void answer(RoutingContext ctx, int status, JsonNode json) {
        ctx.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(Buffer.buffer(json.toString()));
    }
}
