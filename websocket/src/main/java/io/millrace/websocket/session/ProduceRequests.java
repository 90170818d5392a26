package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.produce.IdempotencyKey;
import io.millrace.cluster.produce.ProduceCommand;
import io.millrace.cluster.produce.ProducedRecord;
import io.millrace.cluster.produce.RecordProducer;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.websocket.protocol.ClientMessage;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.ServerMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code produce} messages of one connection. Several are under way at once, so that a client need not wait for the disk after each;
 * records to one partition keep the order of the messages. Belongs to the event loop of the connection.
 */
final class ProduceRequests {

    /** With so many unanswered the connection is not read any further. */
    private static final int IN_FLIGHT_MAX = 64;

    private static final int TIMEOUT_MS = 10_000;
    private static final int TIMEOUT_MS_MAX = 60_000;

    private final StreamConnection connection;
    private final RecordProducer producer;
    private int inFlight;
    private Promise<Void> room;

    ProduceRequests(StreamConnection connection, RecordProducer producer) {
        this.connection = connection;
        this.producer = producer;
    }

    /** Stores, and answers later; completes when the next message may be taken. */
    Future<Void> produce(ClientMessage.Produce message) {
        ProduceCommand command = command(message);
        inFlight++;
        producer.produce(command).onComplete(done -> {
            inFlight--;
            if (done.succeeded()) {
                answer(message.id(), command, done.result());
            } else {
                fail(message.id(), ErrorJson.asAnswer(done.cause()));
            }
            if (room != null) {
                Promise<Void> waiting = room;
                room = null;
                waiting.complete();
            }
        });
        if (inFlight < IN_FLIGHT_MAX) {
            return Future.succeededFuture();
        }
        room = Promise.promise();
        return room.future();
    }

    private static ProduceCommand command(ClientMessage.Produce message) {
        List<RecordToProduce> records = new ArrayList<>(message.records().size());
        for (ClientMessage.Produced each : message.records()) {
            records.add(RecordToProduce.of(each.partition(), each.record()));
        }
        if (message.timeoutMs() == 0 || message.timeoutMs() > TIMEOUT_MS_MAX) {
            throw wrong("timeout_ms: must be between 1 and " + TIMEOUT_MS_MAX);
        }
        IdempotencyKey key = message.idempotencyKey() == null
                ? null
                : new IdempotencyKey(IdempotencyKey.ANONYMOUS, message.idempotencyKey());
        int timeoutMs = message.timeoutMs() < 0 ? TIMEOUT_MS : (int) message.timeoutMs();
        return new ProduceCommand(message.topic(), records, acks(message.acks()), timeoutMs, key);
    }

    private static Acks acks(String text) {
        if (text == null) {
            return Acks.ALL;
        }
        return switch (text) {
            case "all", "-1" -> Acks.ALL;
            case "1" -> Acks.LEADER;
            case "0" -> Acks.NONE;
            default -> throw wrong("acks: must be all, 1 or 0, not '" + text + "'");
        };
    }

    private static MillraceException wrong(String message) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, message);
    }

    private void answer(String id, ProduceCommand command, List<ProducedRecord> records) {
        if (records.stream().noneMatch(ProducedRecord::isStored)) {
            fail(id, ErrorJson.asAnswer(records.get(0).failure()));
            return;
        }
        boolean replayed = records.stream().anyMatch(ProducedRecord::replayed);
        List<String> offsets = command.acks() == Acks.NONE
                ? List.of()
                : records.stream().map(ProduceRequests::json).toList();
        connection.sayNow(new ServerMessage.Produced(id, replayed, offsets));
    }

    private static String json(ProducedRecord record) {
        if (record.isStored()) {
            return "{\"partition\":" + record.partition() + ",\"offset\":" + record.offset() + "}";
        }
        MillraceException error = ErrorJson.asAnswer(record.failure());
        return ErrorJson.httpBody(error.code(), error.getMessage());
    }

    private void fail(String id, MillraceException error) {
        connection.sayNow(new ServerMessage.Failure(id, error));
    }
}
