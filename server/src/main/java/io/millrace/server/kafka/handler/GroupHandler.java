package io.millrace.server.kafka.handler;

import io.millrace.cluster.group.GroupClient;
import io.vertx.core.Future;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;

/** A row of {@link GroupApis}: an API that is a question to the group coordinator. */
final class GroupHandler<R extends AbstractRequest> implements ApiHandler<R> {

    /** What makes an answer of a request; fails as {@link ApiHandler#handle} may. */
    @FunctionalInterface
    interface Question<R extends AbstractRequest> {
        Future<? extends ApiMessage> ask(GroupClient client, R request);
    }

    private final ApiKeys apiKey;
    private final short minVersion;
    private final short maxVersion;
    private final Question<R> question;

    GroupHandler(ApiKeys apiKey, int minVersion, int maxVersion, Question<R> question) {
        this.apiKey = apiKey;
        this.minVersion = (short) minVersion;
        this.maxVersion = (short) maxVersion;
        this.question = question;
    }

    @Override
    public ApiKeys apiKey() {
        return apiKey;
    }

    @Override
    public short minVersion() {
        return minVersion;
    }

    @Override
    public short maxVersion() {
        return maxVersion;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<R> request) {
        String clientId = request.header().clientId();
        GroupClient client = new GroupClient(
                clientId == null ? "" : clientId,
                request.client(),
                apiKey.id,
                request.version(),
                request.header().correlationId());
        return question.ask(client, request.body()).map(ApiResponse::of);
    }
}
