package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchService;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Answers other nodes' replicas. Records go from the tail cache or the segment file to the socket without a copy, as for consumers.
 */
final class ReplicaFetchHandler implements ApiHandler<FetchRequest> {

    private final ReplicaFetchService replicas;
    private final Supplier<ClusterImage> image;

    ReplicaFetchHandler(ReplicaFetchService replicas, Supplier<ClusterImage> image) {
        this.replicas = replicas;
        this.image = image;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    /** The first version with the leader's cluster-wide identity of a replica: its id and its broker epoch (KIP-903). */
    @Override
    public short minVersion() {
        return 15;
    }

    @Override
    public short maxVersion() {
        return 18;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<FetchRequest> request) {
        ReplicaFetchPlan plan = new ReplicaFetchPlan(request.body().data(), new TopicLookup(image.get()));
        if (plan.request().partitions().isEmpty()
                && plan.request().session().isFull()
                && !plan.request().session().isOpening()) {
            return Future.succeededFuture(ApiResponse.of(plan.answer(new ReplicaFetchResponse<>(List.of()))));
        }
        return replicas.fetch(plan.request()).map(response -> answer(plan, response));
    }

    private static ApiResponse answer(ReplicaFetchPlan plan, ReplicaFetchResponse<ReadResult> response) {
        List<ReadResult> open = new ArrayList<>();
        for (ReplicaFetchResponse.Entry<ReadResult> entry : response.partitions()) {
            if (entry.outcome() instanceof ReplicaFetchResponse.Records<ReadResult> records) {
                open.add(records.records());
            }
        }
        FetchResponseData message = plan.answer(response);
        return new ApiResponse.Answer(message, open);
    }
}
