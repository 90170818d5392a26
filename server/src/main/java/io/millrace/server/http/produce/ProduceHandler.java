package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.produce.IdempotencyKey;
import io.millrace.cluster.produce.ProduceCommand;
import io.millrace.cluster.produce.ProducedRecord;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.cluster.record.NewRecord;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.Readiness;
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
    private static final CharSequence PREFERENCE_APPLIED = HttpHeaders.createOptimized("preference-applied");
    private static final CharSequence RETURN_MINIMAL = HttpHeaders.createOptimized("return=minimal");
    private static final CharSequence IDEMPOTENCY_KEY = HttpHeaders.createOptimized("idempotency-key");
    private static final CharSequence IDEMPOTENCY_REPLAYED = HttpHeaders.createOptimized("idempotency-replayed");
    private static final CharSequence TRUE = HttpHeaders.createOptimized("true");

    private final Door door;
    private final ProduceServices services;

    ProduceHandler(Door door, ProduceServices services) {
        this.door = door;
        this.services = services;
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (services.readiness().phase() == Readiness.Phase.DRAINING) {
            sendElsewhere(ctx);
        }
        services.quota().admit();
        RecordFormat format = formatOf(ctx.request());
        ProduceOptions options = ProduceOptions.of(ctx, format);
        IdempotencyKey key = idempotencyKey(ctx.request());
        String topicName = ctx.pathParam("topic");
        services.bodies().read(ctx, body -> {
            services.quota().charge(body.length);
            if (format == RecordFormat.JSON && key == null && body.length <= PARSE_INLINE_BYTES_MAX) {
                // The main case, one small reading: no list, no outcome, no worker.
                NewRecord record = parseOrFail(ctx, body, options);
                if (record != null) {
                    withTopic(ctx, topicName, topic -> writeOne(ctx, topic, record, options));
                }
                return;
            }
            services.bodies()
                    .runSized(
                            ctx,
                            body.length > PARSE_INLINE_BYTES_MAX,
                            () -> BodyParser.parse(
                                    format,
                                    body,
                                    ctx.request().headers(),
                                    options,
                                    services.config().maxRecordsPerRequest()),
                            records -> withTopic(
                                    ctx,
                                    topicName,
                                    topic ->
                                            writeAll(ctx, topic, assignPartition(ctx, records), format, options, key)));
        });
    }

    /** A stopping node still hands records on to whoever leads; but the next connection had better be to another node. */
    private static void sendElsewhere(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        ctx.addEndHandler(answered -> ctx.request().connection().close());
    }

    private RecordFormat formatOf(HttpServerRequest request) {
        String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        boolean event = request.getHeader(CloudEventHeaders.SPECVERSION) != null;
        RecordFormat format = event && !RecordFormat.isCloudEvent(contentType)
                ? RecordFormat.CLOUD_EVENT_BINARY
                : RecordFormat.of(contentType);
        if (door == Door.CONFLUENT && !format.isConfluent()) {
            throw HttpProblem.unsupportedMediaType(
                    "this URL takes application/vnd.kafka.json.v2+json and its binary and text"
                            + " relatives; post other bodies to /topics/{topic}/records");
        }
        return format;
    }

    private static IdempotencyKey idempotencyKey(HttpServerRequest request) {
        String key = request.getHeader(IDEMPOTENCY_KEY);
        if (key == null) {
            return null;
        }
        if (request.headers().getAll(IDEMPOTENCY_KEY).size() > 1) {
            throw HttpProblem.badRequest("Idempotency-Key is given more than once; nothing was stored");
        }
        return new IdempotencyKey(IdempotencyKey.ANONYMOUS, key);
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
        TopicMetadata topic = services.topics().find(name);
        if (topic != null) {
            handler.handle(topic);
        } else {
            services.topics().create(name).onComplete(GuardedHandler.of(ctx, handler), ctx::fail);
        }
    }

    /** {@code /topics/{topic}/partitions/{p}}: the partition of every record; records must not name another. */
    private List<RecordToProduce> assignPartition(RoutingContext ctx, List<RecordToProduce> records) {
        String partition = door == Door.CONFLUENT ? ctx.pathParam("partition") : null;
        return partition == null ? records : PartitionPath.assign(partition, records);
    }

    private void writeOne(RoutingContext ctx, TopicMetadata topic, NewRecord record, ProduceOptions options) {
        services.writer()
                .append(topic, record, options)
                .onComplete(
                        stored -> {
                            services.metrics().produced(1);
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
            List<RecordToProduce> records,
            RecordFormat format,
            ProduceOptions options,
            IdempotencyKey key) {
        services.producer()
                .produce(new ProduceCommand(topic.name(), records, options.acks(), options.timeoutMs(), key))
                .onComplete(
                        GuardedHandler.of(ctx, produced -> answerAll(ctx, topic, produced, format, options)),
                        ctx::fail);
    }

    private void answerAll(
            RoutingContext ctx,
            TopicMetadata topic,
            List<ProducedRecord> records,
            RecordFormat format,
            ProduceOptions options) {
        int stored = 0;
        int replayed = 0;
        for (ProducedRecord record : records) {
            stored += record.isStored() ? 1 : 0;
            replayed += record.replayed() ? 1 : 0;
        }
        services.metrics().produced(stored - replayed);
        if (replayed > 0) {
            services.metrics().replayed(replayed);
            ctx.response().putHeader(IDEMPOTENCY_REPLAYED, TRUE);
        }
        if (stored == 0) {
            ctx.fail(noneStored(records));
            return;
        }
        logUnknown(topic, records);
        boolean all = stored == records.size();
        if (all && options.acks() == Acks.NONE) {
            answer(ctx, 202, JSON, ProduceAnswer.NO_OFFSETS);
        } else if (all && wantsMinimal(ctx.request())) {
            answerEmpty(ctx);
        } else if (door == Door.CONFLUENT) {
            answer(ctx, 200, CONFLUENT_JSON, ProduceAnswer.confluent(records));
        } else {
            answer(ctx, all || format.isConfluent() ? 200 : 207, JSON, ProduceAnswer.all(records));
        }
    }

    /** The first record's error is the request's; with several records the message says that none was stored. */
    private static Throwable noneStored(List<ProducedRecord> records) {
        Throwable first = records.get(0).failure();
        if (!(first instanceof MillraceException problem)) {
            return first;
        }
        String message = records.size() == 1
                ? first.getMessage()
                : "none of the " + records.size() + " records was stored; the first: " + first.getMessage();
        if (problem.code() == ErrorCode.CONCURRENT_TRANSACTIONS) {
            return HttpProblem.inProgress(message);
        }
        return problem instanceof HttpProblem http
                ? http.withMessage(message)
                : new MillraceException(problem.code(), message);
    }

    private static void logUnknown(TopicMetadata topic, List<ProducedRecord> records) {
        for (ProducedRecord record : records) {
            if (record.failure() != null && !(record.failure() instanceof MillraceException)) {
                LOG.error("a record of a request failed, topic={}", topic.name(), record.failure());
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
            ctx.response()
                    .setStatusCode(204)
                    .putHeader(PREFERENCE_APPLIED, RETURN_MINIMAL)
                    .end();
        }
    }
}
