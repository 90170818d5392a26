package io.millrace.cluster.peer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** Requests to frames and frames to answers. */
final class PeerMessages {

    private static final int LENGTH_BYTES = 4;

    private PeerMessages() {}

    /**
     * The frame of a request: length, header, body.
     *
     * @throws RuntimeException when the body has something set that the version cannot carry
     */
    static ByteBuffer encode(ApiMessage body, short version, String clientId, int correlationId) {
        RequestHeader header = new RequestHeader(ApiKeys.forId(body.apiKey()), version, clientId, correlationId);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.data().addSize(size, cache, header.headerVersion());
        body.addSize(size, cache, version);

        ByteBuffer frame = ByteBuffer.allocate(LENGTH_BYTES + size.totalSize());
        frame.putInt(size.totalSize());
        ByteBufferAccessor fields = new ByteBufferAccessor(frame);
        header.data().write(fields, cache, header.headerVersion());
        body.write(fields, cache, version);
        return frame.flip();
    }

    /**
     * The body of an answer; records in it are slices of the frame.
     *
     * @throws RuntimeException when it is not the answer to the request
     */
    static ApiMessage decode(ByteBuffer frame, ApiKeys apiKey, short version, int correlationId) {
        int answered = ResponseHeader.parse(frame, apiKey.responseHeaderVersion(version))
                .correlationId();
        if (answered != correlationId) {
            throw new IllegalStateException("it has correlation id " + answered + " instead of " + correlationId);
        }
        ApiMessage body = ApiMessageType.fromApiKey(apiKey.id).newResponse();
        body.read(new ByteBufferAccessor(frame), version);
        if (frame.hasRemaining()) {
            throw new IllegalStateException(frame.remaining() + " bytes follow the answer");
        }
        return body;
    }
}
