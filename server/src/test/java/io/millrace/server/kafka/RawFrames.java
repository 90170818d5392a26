package io.millrace.server.kafka;

import java.nio.ByteBuffer;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** Frames whose answers nobody reads. */
final class RawFrames {

    private int nextCorrelationId = 1_000_000;

    byte[] frame(AbstractRequest request) {
        return frame(request, nextCorrelationId++);
    }

    static byte[] frame(AbstractRequest request, int correlationId) {
        ByteBuffer body = request.serializeWithHeader(
                new RequestHeader(request.apiKey(), request.version(), "raw", correlationId));
        return frame(body);
    }

    static byte[] frame(ByteBuffer body) {
        return ByteBuffer.allocate(4 + body.remaining())
                .putInt(body.remaining())
                .put(body)
                .array();
    }
}
