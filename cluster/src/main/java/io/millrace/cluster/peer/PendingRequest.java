package io.millrace.cluster.peer;

import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** A request that is not answered yet. Belongs to the event loop of its {@link PeerLink}. */
final class PendingRequest {

    private final ApiKeys apiKey;
    private final short version;
    private final int correlationId;
    private final int sizeBytes;
    private final long timeoutMs;
    private final Promise<ApiMessage> answer;
    private ByteBuffer frame;
    private long timer;

    PendingRequest(
            ApiKeys apiKey,
            short version,
            int correlationId,
            ByteBuffer frame,
            long timeoutMs,
            Promise<ApiMessage> answer) {
        this.apiKey = apiKey;
        this.version = version;
        this.correlationId = correlationId;
        this.sizeBytes = frame.remaining();
        this.timeoutMs = timeoutMs;
        this.answer = answer;
        this.frame = frame;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    long timeoutMs() {
        return timeoutMs;
    }

    /** The timer that limits the wait for the answer. */
    long timer() {
        return timer;
    }

    void timer(long id) {
        this.timer = id;
    }

    /** Hands the bytes out, once: nothing here keeps them while the answer is waited for. */
    ByteBuffer takeFrame() {
        ByteBuffer taken = frame;
        frame = null;
        return taken;
    }

    /** @throws RuntimeException when the frame is not the answer to this request */
    ApiMessage read(ByteBuffer answerFrame) {
        return PeerMessages.decode(answerFrame, apiKey, version, correlationId);
    }

    void succeed(ApiMessage body) {
        answer.complete(body);
    }

    void fail(PeerException failure) {
        answer.fail(failure);
    }

    @Override
    public String toString() {
        return apiKey.name;
    }
}
