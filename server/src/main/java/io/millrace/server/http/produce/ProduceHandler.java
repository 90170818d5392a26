package io.millrace.server.http.produce;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.record.NewRecord;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpMetrics;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.Readiness;
import io.millrace.server.http.body.BodyReader;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out one write after the other: body in, records appended, answer out. One for each event loop and door. */
final class ProduceHandler implements Handler<RoutingContext> {

    /** Whose shape requests and answers have. */
    enum Door {
        RECORDS,
        CONFLUENT
    }

    private static final Logger LOG = LoggerFactory.getLogger(ProduceHandler.class);

    /** Bodies up to this size are parsed on the event loop: less than a millisecond. */
    private static final int PARSE_INLINE_BYTES_MAX = 64 << 10;

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence CONFLUENT_JSON = HttpHeaders.createOptimized("application/vnd.kafka.v2+json");
    private static final CharSequence PREFER = HttpHeaders.createOptimized("prefer");
    private static final CharSequence IDEMPOTENCY_KEY = HttpHeaders.createOptimized("idempotency-key");
    private static final CharSequence CLOUD_EVENT = HttpHeaders.createOptimized("ce-specversion");

    private final Door door;
    private final HttpConfig config;
    private final BodyReader bodies;
    private final TopicAccess topics;
    private final RecordWriter writer;
    private final Readiness readiness;
    private final HttpMetrics metrics;

    ProduceHandler(
            Door door,
            HttpConfig config,
            BodyReader bodies,
            TopicAccess topics,
            RecordWriter writer,
            Readiness readiness,
            HttpMetrics metrics) {
        this.door = door;
        this.config = config;
        this.bodies = bodies;
        this.topics = topics;
        this.writer = writer;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (readiness.phase() == Readiness.Phase.DRAINING) {
            sendElsewhere(ctx);
        }
        RecordFormat format = formatOf(ctx.request());
        ProduceOptions options = ProduceOptions.of(ctx, format);
        String topicName = ctx.pathParam("topic");
        bodies.read(ctx, body -> {
            if (format == RecordFormat.JSON && body.length <= PARSE_INLINE_BYTES_MAX) {
                // The main case, one small reading: no list, no outcome, no worker.
                NewRecord record = parseOrFail(ctx, body, options);
                if (record != null) {
                    withTopic(ctx, topicName, topic -> writeOne(ctx, topic, record, options));
                }
                return;
            }
            bodies.runSized(
                    ctx,
                    body.length > PARSE_INLINE_BYTES_MAX,
                    () -> BodyParser.parse(format, body, options, config.maxRecordsPerRequest()),
                    records -> withTopic(
                            ctx,
                            topicName,
                            topic -> writeAll(ctx, topic, assignPartition(ctx, records), format, options)));
        });
    }

    /** A stopping node still hands records on to whoever leads; but the next connection had better be to another node. */
    private static void sendElsewhere(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        ctx.addEndHandler(answered -> ctx.request().connection().close());
    }

    private RecordFormat formatOf(HttpServerRequest request) {
        if (request.getHeader(CLOUD_EVENT) != null) {
            throw HttpProblem.unsupportedMediaType(
                    "CloudEvents are not supported by this version; send the record without ce-" + " headers");
        }
        if (request.getHeader(IDEMPOTENCY_KEY) != null) {
            throw HttpProblem.badRequest(
                    "Idempotency-Key is not supported by this version: a retry could store the record twice;"
                            + " send the request without the header if that is acceptable");
        }
        RecordFormat format = RecordFormat.of(request.getHeader(HttpHeaders.CONTENT_TYPE));
        if (door == Door.CONFLUENT && !format.isConfluent()) {
            throw HttpProblem.unsupportedMediaType(
                    "this URL takes application/vnd.kafka.json.v2+json and its binary and text"
                            + " relatives; post other bodies to /topics/{topic}/records");
        }
        return format;
    }

    private static NewRecord parseOrFail(RoutingContext ctx, byte[] body, ProduceOptions options) {
        try {
            return BodyParser.json(body, options);
        } catch (MillraceException e) {
            ctx.fail(e);
            return null;
        }
    }

    private void withTopic(RoutingContext ctx, String name, Handler<TopicMetadata> handler) {
        TopicMetadata topic = topics.find(name);
        if (topic != null) {
            handler.handle(topic);
        } else {
            topics.create(name).onComplete(GuardedHandler.of(ctx, handler), ctx::fail);
        }
    }

    /** {@code /topics/{topic}/partitions/{p}}: the partition of every record; records must not name another. */
    private List<PendingRecord> assignPartition(RoutingContext ctx, List<PendingRecord> records) {
        String partition = door == Door.CONFLUENT ? ctx.pathParam("partition") : null;
        return partition == null ? records : PartitionPath.assign(partition, records);
    }

    private void writeOne(RoutingContext ctx, TopicMetadata topic, NewRecord record, ProduceOptions options) {
        writer.append(topic, options.partition(), record, options.acks(), options.timeoutMs())
                .onComplete(
                        stored -> {
                            metrics.produced(1);
                            if (options.acks() == Acks.NONE) {
                                answer(ctx, 202, JSON, ProduceAnswer.NO_OFFSETS);
                            } else if (wantsMinimal(ctx.request())) {
                                answerEmpty(ctx);
                            } else {
                                answer(ctx, 200, JSON, ProduceAnswer.one(stored));
                            }
                        },
                        ctx::fail);
    }

    private void writeAll(
            RoutingContext ctx,
            TopicMetadata topic,
            List<PendingRecord> records,
            RecordFormat format,
            ProduceOptions options) {
        writer.appendAll(topic, records, options.acks(), options.timeoutMs(), outcomes -> {
            int stored = RecordOutcome.storedCount(outcomes);
            metrics.produced(stored);
            if (stored == 0) {
                ctx.fail(noneStored(outcomes));
                return;
            }
            logUnknown(topic, outcomes);
            boolean all = stored == outcomes.length;
            if (all && options.acks() == Acks.NONE) {
                answer(ctx, 202, JSON, ProduceAnswer.NO_OFFSETS);
            } else if (all && wantsMinimal(ctx.request())) {
                answerEmpty(ctx);
            } else if (door == Door.CONFLUENT) {
                answer(ctx, 200, CONFLUENT_JSON, ProduceAnswer.confluent(outcomes));
            } else {
                answer(ctx, all || format.isConfluent() ? 200 : 207, JSON, ProduceAnswer.all(outcomes));
            }
        });
    }

    /** The first record's error is the request's; with several records the message says that none was stored. */
    private static Throwable noneStored(RecordOutcome[] outcomes) {
        Throwable first = outcomes[0].failure();
        if (outcomes.length == 1 || !(first instanceof MillraceException problem)) {
            return first;
        }
        String message = "none of the " + outcomes.length + " records was stored; the first: " + first.getMessage();
        return problem instanceof HttpProblem http
                ? http.withMessage(message)
                : new MillraceException(problem.code(), message);
    }

    private static void logUnknown(TopicMetadata topic, RecordOutcome[] outcomes) {
        for (RecordOutcome outcome : outcomes) {
            if (outcome.failure() != null && !(outcome.failure() instanceof MillraceException)) {
                LOG.error("a record of a request failed, topic={}", topic.name(), outcome.failure());
                return;
            }
        }
    }

    /** RFC 7240: the client does not want to hear where its records went. */
    private static boolean wantsMinimal(HttpServerRequest request) {
        String prefer = request.getHeader(PREFER);
        return prefer != null && prefer.contains("return=minimal");
    }

    private static void answer(RoutingContext ctx, int status, CharSequence contentType, Buffer body) {
        if (!ctx.response().closed()) {
            ctx.response()
                    .setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                    .end(body);
        }
    }

    private static void answerEmpty(RoutingContext ctx) {
        if (!ctx.response().closed()) {
            ctx.response().setStatusCode(204).end();
        }
    }
}
