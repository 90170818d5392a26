package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** A request on its way between two nodes of a test: bytes, as between processes, so that nodes share no objects. */
record SerializedRequest(short apiKey, short version, ByteBuffer bytes) {

    static SerializedRequest of(ApiMessage request, short version) {
        return new SerializedRequest(
                request.apiKey(),
                version,
                MessageUtil.toByteBufferAccessor(request, version).buffer());
    }

    /** Has the node that it arrives at answer; may be called again for a request that arrives twice. */
    Future<ByteBuffer> arrive(List<PeerApi> apis) {
        PeerApi api = apis.stream()
                .filter(row -> row.apiKey().id == apiKey && row.minVersion() <= version && version <= row.maxVersion())
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody serves " + apiKey + " v" + version));
        ApiMessage request = ApiMessageType.fromApiKey(apiKey).newRequest();
        request.read(new ByteBufferAccessor(bytes.duplicate()), version);
        return api.handler()
                .handle(version, request)
                .map(answer -> MessageUtil.toByteBufferAccessor(answer, version).buffer());
    }

    /** The answer, back at the node that asked. */
    ApiMessage parseAnswer(ByteBuffer answer) {
        ApiMessage response = ApiMessageType.fromApiKey(apiKey).newResponse();
        response.read(new ByteBufferAccessor(answer), version);
        return response;
    }
}
